import { createInbox, nanos, type JsMsg, type NatsConnection } from 'nats';
import { toJsMsg } from 'nats/lib/jetstream/jsmsg';

/** A durable pull consumer. */
export interface PullSource {
  stream: string;
  consumer: string;
}

/** How long one request waits at the server. */
const LONG_PULL_MS = 30_000;
/** While a request waits, the server says so often that it still knows it. */
const IDLE_HEARTBEAT_MS = 1_500;
/** A server that has said nothing for so long does not know the request: it restarts, or lacks the consumer. */
const SILENCE_MS = 4_000;

/** The consumer is gone, its leader changed, JetStream is starting: worth another try after a while. */
export class PullRefusedError extends Error {
  readonly code = 'pull-refused';
  constructor(source: PullSource, answer: string) {
    super(`no messages can be pulled from ${source.consumer} of ${source.stream}: ${answer}`);
    this.name = 'PullRefusedError';
  }
}

const IDLE_HEARTBEAT = 100;
const NO_MESSAGES = 404;
const REQUEST_TIMEOUT = 408;

type Answer = 'accepted' | 'refused' | 'empty' | Error;

/**
 * One message from the first source that has one, in their order; if none has, from whichever gets one first.
 * The client's own fetch and consume cannot do that: they prefetch, and wait on one consumer at a time. So
 * these are raw pull requests. What arrives although another source was faster is offered as well, and what
 * `accept` does not take goes back at once.
 *
 * Ends when a message was offered, when the requests have expired, or when `signal` is aborted.
 * @throws PullRefusedError
 */
export async function pullNext<S extends PullSource>(
  connection: NatsConnection,
  sources: readonly S[],
  accept: (source: S, message: JsMsg) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const inbox = createInbox();
  const waiting = new Map<number, (answer: Answer) => void>();
  let onHeartbeat = (): void => {};
  const subscription = connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error) return waiting.forEach((answer) => answer(error));
      const status = message.headers?.code ?? 0;
      if (status === 0) {
        // It comes under its own subject; which request it answers, the subject of its acknowledgement says.
        const delivered = toJsMsg(message);
        const { stream, consumer } = delivered.info;
        const position = sources.findIndex((from) => from.stream === stream && from.consumer === consumer);
        const isAccepted = accept(sources[position] as S, delivered);
        if (!isAccepted) delivered.nak();
        waiting.get(position)?.(isAccepted ? 'accepted' : 'refused');
        return;
      }
      if (status === IDLE_HEARTBEAT) return onHeartbeat();
      const position = Number(message.subject.slice(inbox.length + 1));
      const isEmpty = status === NO_MESSAGES || status === REQUEST_TIMEOUT;
      const reason = `${status} ${message.headers?.description ?? ''}`;
      waiting.get(position)?.(isEmpty ? 'empty' : new PullRefusedError(sources[position] as S, reason));
    },
  });
  const ask = (source: S, position: number, request: object): Promise<Answer> => {
    const answer = new Promise<Answer>((resolve) => waiting.set(position, resolve));
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${source.stream}.${source.consumer}`;
    connection.publish(subject, JSON.stringify(request), { reply: `${inbox}.${position}` });
    return answer;
  };

  /** The first answer; a server that knows no such consumer gives none at all. */
  const first = async (answers: Promise<Answer>[]): Promise<Answer> => {
    let end = (_: Answer): void => {};
    const ended = new Promise<Answer>((resolve) => (end = resolve));
    const onAbort = (): void => end('empty');
    const timer = setTimeout(() => end(new PullRefusedError(sources[0] as S, 'no answer')), SILENCE_MS);
    onHeartbeat = () => void timer.refresh();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([...answers, ended]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  };

  try {
    // With a single source there is no order to keep: the long request answers as fast.
    for (const [position, source] of sources.length > 1 ? sources.entries() : []) {
      if (signal.aborted) return;
      const answer = await first([ask(source, position, { batch: 1, no_wait: true })]);
      if (answer instanceof Error) throw answer;
      if (answer !== 'empty') return;
    }
    if (signal.aborted) return;
    const request = { batch: 1, expires: nanos(LONG_PULL_MS), idle_heartbeat: nanos(IDLE_HEARTBEAT_MS) };
    const requests = sources.map((source, position) => ask(source, position, request));
    const answer = await first(requests);
    if (answer instanceof Error) throw answer;
  } finally {
    // The server drops requests that nobody listens to; what is on its way until then still comes through.
    if (!connection.isClosed()) void subscription.drain().catch(() => subscription.unsubscribe());
  }
}
