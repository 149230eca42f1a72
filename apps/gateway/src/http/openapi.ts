import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { STAGES, SubmitFit, Workflow } from '@bespoke/workflow-schema';
import { dtoSchemas, type Schema } from './dto-schema';

const text = { type: 'string' };
const textOrNull = { type: 'string', nullable: true };
const count = { type: 'integer', minimum: 0 };
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const list = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
const json = (schema: Schema) => ({ 'application/json': { schema } });

const STATUS = { enum: ['waiting', 'running', 'succeeded', 'failed', 'cancelled'] };

const SCHEMAS: Record<string, Schema> = {
  ...dtoSchemas(SubmitFit),
  ...dtoSchemas(Workflow),
  Failure: {
    ...object({ code: text, message: text }),
    properties: { code: text, message: text, logSha256: text },
    nullable: true,
  },
  Fit: object({
    id: text,
    name: text,
    smiles: text,
    workflow: text,
    lane: { enum: ['interactive', 'normal', 'bulk'] },
    status: STATUS,
    createdAt: text,
    finishedAt: textOrNull,
    stages: list(
      object({ name: { enum: STAGES }, status: STATUS, startedAt: textOrNull, finishedAt: textOrNull }),
    ),
    drives: list(
      object({
        driveId: text,
        fragment: text,
        bonds: count,
        reused: { type: 'boolean', nullable: true },
        status: STATUS,
        pointsDone: count,
        pointsTotal: count,
        optimizationsDone: count,
        optimizationsKnown: count,
        failure: ref('Failure'),
      }),
    ),
    parameterFits: list(
      object({
        taskId: text,
        drives: list(count),
        status: STATUS,
        reused: { type: 'boolean', nullable: true },
        failure: ref('Failure'),
      }),
    ),
    waitingFor: textOrNull,
    failure: ref('Failure'),
    warnings: list(text),
    revision: count,
  }),
  FitPage: object({ fits: list(ref('Fit')), next: textOrNull }),
  Problem: {
    ...object({ type: text, title: text, status: count, detail: text, instance: text }),
    properties: {
      type: text,
      title: text,
      status: count,
      detail: text,
      instance: text,
      errors: list(object({ field: text, message: text })),
    },
  },
};

interface Described {
  summary: string;
  description?: string;
  body?: Schema;
  /** Of the success; the rest of the answers are problems. */
  answers: Record<string, { description: string; content?: object }>;
  headers?: { name: string; description: string }[];
}

/** What routes alone cannot tell about them. */
const OPERATIONS: Record<string, Described> = {
  'post /api/v2/fits': {
    summary: 'Submit a molecule',
    description:
      'Exactly one of smiles and molfile. Three-dimensional coordinates of a molfile, hydrogens included, are the first starting conformer of each torsion drive of the whole molecule; those that are not its own are refused (impossible-geometry).',
    body: ref('SubmitFit'),
    headers: [
      { name: 'Idempotency-Key', description: 'The same key with the same body gives the same fit.' },
    ],
    answers: {
      201: { description: 'The new fit', content: json(ref('Fit')) },
      200: { description: 'The fit that the key made before', content: json(ref('Fit')) },
    },
  },
  'get /api/v2/fits': {
    summary: 'List fits, newest first',
    answers: {
      200: {
        description: 'A page; `next` is the `after` of the following one',
        content: json(ref('FitPage')),
      },
    },
  },
  'get /api/v2/fits/{id}': {
    summary: 'A fit as it is now',
    answers: { 200: { description: 'The fit', content: json(ref('Fit')) } },
  },
  'delete /api/v2/fits/{id}': {
    summary: 'Cancel a fit; what other fits share goes on',
    answers: { 200: { description: 'The fit', content: json(ref('Fit')) } },
  },
  'get /api/v2/fits/{id}/events': {
    summary: 'A fit at each change until it ends, as server-sent events',
    headers: [{ name: 'Last-Event-ID', description: 'Only what is newer than this revision.' }],
    answers: {
      200: {
        description: 'Events `fit`: data is the fit, id its revision',
        content: { 'text/event-stream': { schema: text } },
      },
      204: { description: 'The fit has ended and the client has seen that' },
    },
  },
  'get /api/v2/fits/{id}/force-field': {
    summary: 'The fitted force field; 409 while there is none',
    answers: { 200: { description: 'OFFXML', content: { 'application/xml': { schema: text } } } },
  },
  'get /api/v2/fits/{id}/fragments/{picture}': {
    summary:
      'The molecule with a fragment over it: 0.svg, 1.svg, …, in the order of the report; 409 while there are none',
    answers: { 200: { description: 'A drawing', content: { 'image/svg+xml': { schema: text } } } },
  },
  'get /api/v2/fits/{id}/logs/{sha256}': {
    summary: 'What an engine wrote before it failed: the logSha256 of a failure of the fit',
    answers: { 200: { description: 'The whole output', content: { 'text/plain': { schema: text } } } },
  },
  'get /api/v2/fits/{id}/report': {
    summary:
      'The report, as JSON or, with Accept: text/html or format=html, as a page; 409 while there is none',
    answers: {
      200: {
        description: 'The report',
        content: { ...json({ type: 'object' }), 'text/html': { schema: text } },
      },
    },
  },
  'get /api/v2/workers': {
    summary: 'The workers that are up',
    answers: { 200: { description: 'By id', content: json(object({ workers: list({ type: 'object' }) })) } },
  },
  'get /api/v2/workflows': {
    summary: 'The built-in workflows',
    answers: { 200: { description: 'By name', content: json(object({ workflows: list(ref('Workflow')) })) } },
  },
  'get /health/live': {
    summary: 'Whether the event loop turns',
    answers: { 200: { description: 'It does' } },
  },
  'get /health/ready': { summary: 'Whether NATS answers', answers: { 200: { description: 'It does' } } },
};

/** The API's description at /api/v2/openapi.json, and a page to try it on at /api/v2/docs. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const document = SwaggerModule.createDocument(
    app,
    new DocumentBuilder().setTitle('Bespoke executor').setVersion('2').build(),
  );
  SwaggerModule.setup('api/v2/docs', app, described(document), { jsonDocumentUrl: 'api/v2/openapi.json' });
}

/** @throws Error for a route that nothing is said about, or the other way round: at boot, not at a reader */
function described(document: OpenAPIObject): OpenAPIObject {
  const undescribed = new Set(Object.keys(OPERATIONS));
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods as Record<string, Schema>)) {
      const described = OPERATIONS[`${method} ${path}`];
      if (described === undefined) throw new Error(`nothing is said about ${method} ${path}`);
      undescribed.delete(`${method} ${path}`);
      const parameters = (operation['parameters'] as { name: string; in: string; required?: boolean }[])
        .filter((parameter) => parameter.in !== 'header')
        .map((parameter) => ({ ...parameter, required: parameter.in === 'path' }));
      Object.assign(operation, {
        summary: described.summary,
        ...(described.description && { description: described.description }),
        parameters: [
          ...parameters,
          ...(described.headers ?? []).map((header) => ({ ...header, in: 'header', schema: text })),
        ],
        ...(described.body && { requestBody: { required: true, content: json(described.body) } }),
        responses: {
          ...described.answers,
          default: {
            description: 'Why not (RFC 9457)',
            content: { 'application/problem+json': { schema: ref('Problem') } },
          },
        },
      });
    }
  }
  if (undescribed.size > 0) throw new Error(`there is no route ${[...undescribed].join(', ')}`);
  return { ...document, components: { ...document.components, schemas: SCHEMAS } } as OpenAPIObject;
}
