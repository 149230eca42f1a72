import type {
  FitPage,
  FitReport,
  FitStatus,
  FitView,
  ProblemDetails,
  SubmitFit,
} from '@bespoke/workflow-schema';
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { GatewayUnreachableError, ProblemError } from './errors';

export interface GatewayClientOptions {
  /** Such as http://127.0.0.1:8000; a path in front of /api/v2 is kept. */
  baseUrl: string;
  /**
   * How long a request that found no gateway, or a gateway that can't serve just now, is tried again.
   * 0 tells the caller at once.
   */
  retrySeconds?: number;
}

/**
 * The gateway's REST API, version 2. Every call rejects with ProblemError where the gateway refuses, with
 * GatewayUnreachableError where it can't be reached, and with the signal's reason on abort.
 */
export interface GatewayClient {
  readonly baseUrl: string;
  /** The same key with the same body gives the same fit, however often it is sent. */
  submitFit(body: SubmitFit, idempotencyKey?: string, signal?: AbortSignal): Promise<FitView>;
  getFit(id: string, signal?: AbortSignal): Promise<FitView>;
  /** All fits, newest pages as the gateway orders them. */
  listFits(filter?: { status?: FitStatus }, signal?: AbortSignal): AsyncGenerator<FitView>;
  /**
   * The fit now and after each change, until it has ended. A connection that breaks is taken up again where
   * it broke (Last-Event-ID), for ever: give a signal to stop.
   */
  watchFit(id: string, signal?: AbortSignal): AsyncGenerator<FitView>;
  /** The fitted force field, OFFXML. */
  forceField(id: string, signal?: AbortSignal): Promise<string>;
  report(id: string, signal?: AbortSignal): Promise<FitReport>;
  /** The report as one self-contained HTML page. */
  reportPage(id: string, signal?: AbortSignal): Promise<string>;
  /** What an engine wrote before it failed: the `logSha256` of a failure of the fit. */
  failureLog(id: string, logSha256: string, signal?: AbortSignal): Promise<string>;
  cancelFit(id: string, signal?: AbortSignal): Promise<void>;
}

const ENDED: readonly FitStatus[] = ['succeeded', 'failed', 'cancelled'];
const UNAVAILABLE = [502, 503, 504];
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

/** Whether a fit with this status will change no more. */
export function hasEnded(status: FitStatus): boolean {
  return ENDED.includes(status);
}

export function createGatewayClient({ baseUrl, retrySeconds = 0 }: GatewayClientOptions): GatewayClient {
  const root = baseUrl.replace(/\/+$/, '');

  async function send(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${root}/api/v2${path}`, { ...init, signal: signal ?? null });
    } catch (error) {
      signal?.throwIfAborted();
      throw new GatewayUnreachableError(root, reasonOf(error), { cause: error });
    }
    if (!response.ok) throw new ProblemError(await problemOf(response, root));
    return response;
  }

  async function request(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    const deadline = performance.now() + retrySeconds * 1000;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await send(path, init, signal);
      } catch (error) {
        if (!isPassing(error) || performance.now() + pauseMs > deadline) throw error;
        await pause(pauseMs, signal);
      }
    }
  }

  const fitPath = (id: string) => `/fits/${encodeURIComponent(id)}`;

  async function getFit(id: string, signal?: AbortSignal): Promise<FitView> {
    return (await (await request(fitPath(id), {}, signal)).json()) as FitView;
  }

  return {
    baseUrl: root,

    async submitFit(body, idempotencyKey, signal) {
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
      const response = await request(
        '/fits',
        { method: 'POST', headers, body: JSON.stringify(body) },
        signal,
      );
      return (await response.json()) as FitView;
    },

    getFit,

    async *listFits({ status } = {}, signal) {
      const query = new URLSearchParams();
      if (status !== undefined) query.set('status', status);
      for (;;) {
        const page = (await (await request(`/fits?${query}`, {}, signal)).json()) as FitPage;
        yield* page.fits;
        if (page.next === null) return;
        query.set('after', page.next);
      }
    },

    async *watchFit(id, signal) {
      let revision: number | null = null;
      let pauseMs = FIRST_PAUSE_MS;
      for (;;) {
        try {
          const headers: Record<string, string> = { accept: 'text/event-stream' };
          if (revision !== null) headers['last-event-id'] = String(revision);
          const response = await send(`${fitPath(id)}/events`, { headers }, signal);
          for await (const view of viewsIn(response)) {
            pauseMs = FIRST_PAUSE_MS;
            // After a reconnect the gateway may begin with what was seen already.
            if (revision !== null && view.revision <= revision) continue;
            revision = view.revision;
            yield view;
            if (hasEnded(view.status)) return;
          }
        } catch (error) {
          signal?.throwIfAborted();
          if (error instanceof ProblemError && !isPassing(error)) throw error;
        }
        await pause(pauseMs, signal);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
    },

    async forceField(id, signal) {
      return (await request(`${fitPath(id)}/force-field`, {}, signal)).text();
    },

    async report(id, signal) {
      return (await (await request(`${fitPath(id)}/report`, {}, signal)).json()) as FitReport;
    },

    async reportPage(id, signal) {
      return (await request(`${fitPath(id)}/report`, { headers: { accept: 'text/html' } }, signal)).text();
    },

    async failureLog(id, logSha256, signal) {
      return (await request(`${fitPath(id)}/logs/${encodeURIComponent(logSha256)}`, {}, signal)).text();
    },

    async cancelFit(id, signal) {
      await request(fitPath(id), { method: 'DELETE' }, signal);
    },
  };
}

/** The views that a stream of server-sent events carries; ends, or throws, when the connection does. */
async function* viewsIn(response: Response): AsyncGenerator<FitView> {
  if (response.body === null) return;
  const views: FitView[] = [];
  const parser = createParser({ onEvent: ({ data }) => views.push(JSON.parse(data) as FitView) });
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    parser.feed(decoder.decode(bytes as Uint8Array, { stream: true }));
    yield* views.splice(0);
  }
}

/** Whether the same request may well succeed a moment later. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof GatewayUnreachableError ||
    (error instanceof ProblemError && UNAVAILABLE.includes(error.problem.status))
  );
}

async function problemOf(response: Response, root: string): Promise<ProblemDetails> {
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as Partial<ProblemDetails>;
    if (typeof problem.detail === 'string' && typeof problem.type === 'string')
      return problem as ProblemDetails;
  } catch {
    // Not JSON: something else than a gateway, a proxy perhaps, answered.
  }
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    detail: `${root} answered ${response.status} ${response.statusText} and not as a bespoke gateway does`,
  };
}

/** The operating system's word for what went wrong: fetch hides it in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error) return (cause as NodeJS.ErrnoException).code ?? cause.message;
  return String(cause);
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {
    throw signal?.reason;
  });
}
