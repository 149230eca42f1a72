import { Body, Controller, Delete, Get, Headers, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { KeptRecord } from '@bespoke/messaging';
import { drivenMolecules, fitView, isFitOpen, parameterFitsOf, type FitRecord } from '@bespoke/orchestration';
import type { FitPage, FitStatus, FitView } from '@bespoke/workflow-schema';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Coordinator } from '../coordinator/coordinator';
import { noSuchFit, ProblemException } from '../http/problem';
import { FitIndex } from '../observe/fit-index';
import { STORES, type GatewayStores } from '../stores';
import { ChemistryThreads } from './chemistry-threads';
import { FitEvents } from './fit-events';
import { FitReports } from './fit-reports';
import { Submission } from './submission';

const FIT_ID = /^[0-9a-z]{1,64}$/;
const STATUSES: readonly FitStatus[] = ['waiting', 'running', 'succeeded', 'failed', 'cancelled'];
const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

@Controller('api/v2/fits')
export class FitsController {
  constructor(
    @Inject(STORES) private readonly stores: GatewayStores,
    private readonly submission: Submission,
    private readonly coordinator: Coordinator,
    private readonly index: FitIndex,
    private readonly events: FitEvents,
    private readonly reports: FitReports,
    private readonly threads: ChemistryThreads,
  ) {}

  @Post()
  async submit(
    @Body() body: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FitView> {
    const { fit, isNew } = await this.submission.submit(body, key);
    void reply.status(isNew ? 201 : 200).header('Location', `/api/v2/fits/${fit.key}`);
    return fitView(fit.value, fit.revision);
  }

  @Get()
  async list(
    @Query('status') status?: string,
    @Query('after') after?: string,
    @Query('limit') limit?: string,
  ): Promise<FitPage> {
    const size = limit === undefined ? DEFAULT_PAGE : Number(limit);
    const errors = [
      ...(status !== undefined && !STATUSES.includes(status as FitStatus)
        ? [{ field: 'status', message: `must be one of ${STATUSES.join(', ')}` }]
        : []),
      ...(after !== undefined && !FIT_ID.test(after)
        ? [{ field: 'after', message: 'must be the next of a page' }]
        : []),
      ...(!Number.isInteger(size) || size < 1 || size > MAX_PAGE
        ? [{ field: 'limit', message: `must be a whole number from 1 to ${MAX_PAGE}` }]
        : []),
    ];
    if (errors.length > 0) {
      throw new ProblemException({
        status: 400,
        code: 'invalid-request',
        detail: 'The query has wrong fields.',
        errors,
      });
    }
    const { ids, next } = this.index.list(
      { ...(status !== undefined && { status: status as FitStatus }), ...(after !== undefined && { after }) },
      size,
    );
    const fits = await Promise.all(ids.map((id) => this.stores.fits.get(id)));
    return { fits: fits.flatMap((fit) => (fit === null ? [] : [fitView(fit.value, fit.revision)])), next };
  }

  @Get(':id')
  async one(@Param('id') id: string): Promise<FitView> {
    const { value, revision } = await this.read(id);
    return fitView(value, revision);
  }

  @Get(':id/events')
  async follow(
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const last = Number(lastEventId ?? 0);
    await this.events.stream(
      id,
      () => this.read(id),
      Number.isSafeInteger(last) && last > 0 ? last : 0,
      reply,
    );
  }

  @Get(':id/force-field')
  async forceField(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const fit = await this.readSucceeded(id);
    const offxml = await this.stores.artifacts.get(fit.result!.forceFieldSha256);
    await reply
      .header('Content-Type', 'application/xml; charset=utf-8')
      .header('Content-Disposition', `attachment; filename="${id}.offxml"`)
      .send(Buffer.from(offxml));
  }

  /** What an engine wrote before it failed, in full. Only what a failure of this fit names. */
  @Get(':id/logs/:sha256')
  async log(
    @Param('id') id: string,
    @Param('sha256') sha256: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { value } = await this.read(id);
    const { failure: ownFailure, drives } = value;
    const failures = [ownFailure, ...[...drives, ...parameterFitsOf(value)].map(({ failure }) => failure)];
    if (!failures.some((failure) => failure?.logSha256 === sha256)) {
      throw new ProblemException({
        status: 404,
        code: 'no-such-log',
        detail: `No failure of the fit ${id} names such a log: see logSha256 in its failures.`,
      });
    }
    const text = await this.stores.artifacts.get(sha256);
    await reply
      .header('Content-Type', 'text/plain; charset=utf-8')
      .header('X-Content-Type-Options', 'nosniff')
      .send(Buffer.from(text));
  }

  @Get(':id/report')
  async report(
    @Param('id') id: string,
    @Query('format') format: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const report = await this.reports.of(await this.readSucceeded(id));
    const accepts = request.headers.accept ?? '';
    if (format === 'html' || (format === undefined && accepts.includes('text/html'))) {
      await reply
        .header('Content-Type', 'text/html; charset=utf-8')
        // The page has all that it shows within itself.
        .header(
          'Content-Security-Policy',
          "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'",
        )
        .send(await this.threads.renderReport(report));
      return;
    }
    await reply.header('Content-Type', 'application/json; charset=utf-8').send(JSON.stringify(report));
  }

  /** The molecule with what is driven n-th over it, as in the report; n counts from 0 and is followed by .svg. */
  @Get(':id/fragments/:picture')
  async drawFragment(
    @Param('id') id: string,
    @Param('picture') picture: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { value } = await this.read(id);
    const fragments = await this.reports.fragmentsOf(value);
    if (fragments === null) {
      throw new ProblemException({
        status: 409,
        code: 'no-result',
        detail: `The fit ${id} has no fragments${isFitOpen(value) ? ' yet' : ''}.`,
      });
    }
    const driven = drivenMolecules(fragments, value.parentChecks);
    const number = /^(\d{1,4})\.svg$/.exec(picture)?.[1];
    const molecule = number === undefined ? undefined : driven[Number(number)]?.molecule;
    if (molecule === undefined) {
      throw new ProblemException({
        status: 404,
        code: 'no-such-fragment',
        detail: `The fit ${id} has ${driven.length} fragments; the first one is 0.svg.`,
      });
    }
    const { dihedral, occurrences } = molecule;
    await reply
      .header('Content-Type', 'image/svg+xml; charset=utf-8')
      .header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
      .header('X-Content-Type-Options', 'nosniff')
      .send(await this.threads.drawFragment({ mappedSmiles: value.mappedSmiles, dihedral, occurrences }));
  }

  @Delete(':id')
  async cancel(@Param('id') id: string): Promise<FitView> {
    const { value } = await this.read(id);
    if (isFitOpen(value)) await this.coordinator.cancelFit(id, new Date().toISOString());
    const now = await this.read(id);
    return fitView(now.value, now.revision);
  }

  private async read(id: string): Promise<KeptRecord<FitRecord>> {
    const fit = FIT_ID.test(id) ? await this.stores.fits.get(id) : null;
    if (fit === null) throw noSuchFit(id.slice(0, 64));
    return fit;
  }

  private async readSucceeded(id: string): Promise<FitRecord> {
    const { value } = await this.read(id);
    if (value.status === 'succeeded') return value;
    const detail = isFitOpen(value)
      ? `The fit ${id} is ${value.status}: it has no result yet.`
      : `The fit ${id} ${value.status === 'failed' ? `failed: ${value.failure!.message}` : 'was cancelled'}. It has no result.`;
    throw new ProblemException({ status: 409, code: 'no-result', detail });
  }
}
