import { createInbox, type JsMsg, type Msg, type NatsConnection } from 'nats';
import { toJsMsg } from 'nats/lib/jetstream/jsmsg';

/** A durable pull consumer. */
export interface PullSource {
  stream: string;
  consumer: string;
}

/** How long one request waits at the server. */
const LONG_PULL_MS = 30_000;
/** The server's answer to an expired request should have come by then; if not, it forgot the request. */
const ANSWER_GRACE_MS = 5_000;

/** The consumer is gone, its leader changed, JetStream is starting: worth another try after a while. */
export class PullRefusedError extends Error {
  readonly code = 'pull-refused';
  constructor(source: PullSource, answer: string) {
    super(`no messages can be pulled from ${source.consumer} of ${source.stream}: ${answer}`);
    this.name = 'PullRefusedError';
  }
}

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
export async function pullNext(
  connection: NatsConnection,
  sources: readonly PullSource[],
  accept: (source: PullSource, message: JsMsg) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const inbox = createInbox();
  const waiting = new Map<number, (answer: Answer) => void>();

  const read = (source: PullSource, message: Msg): Answer => {
    const status = message.headers?.code ?? 0;
    if (status === NO_MESSAGES || status === REQUEST_TIMEOUT) return 'empty';
    if (status !== 0) {
      return new PullRefusedError(source, `${status} ${message.headers?.description ?? ''}`);
    }
    const delivered = toJsMsg(message);
    if (accept(source, delivered)) return 'accepted';
    delivered.nak();
    return 'refused';
  };
  const subscription = connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      const position = Number(message.subject.slice(inbox.length + 1));
      const source = sources[position];
      if (source !== undefined) waiting.get(position)?.(error ?? read(source, message));
    },
  });
  const ask = ({ stream, consumer }: PullSource, position: number, request: object): Promise<Answer> => {
    const answer = new Promise<Answer>((resolve) => waiting.set(position, resolve));
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), {
      reply: `${inbox}.${position}`,
    });
    return answer;
  };

  let giveUp = (): void => {};
  const ended = new Promise<Answer>((resolve) => (giveUp = () => resolve('empty')));
  const timer = setTimeout(giveUp, LONG_PULL_MS + ANSWER_GRACE_MS);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    // With a single source there is no order to keep: the long request answers as fast.
    for (const [position, source] of sources.length > 1 ? sources.entries() : []) {
      const answer = await Promise.race([ask(source, position, { batch: 1, no_wait: true }), ended]);
      if (answer instanceof Error) throw answer;
      if (answer !== 'empty' || signal.aborted) return;
    }
    const expires = LONG_PULL_MS * 1e6;
    const requests = sources.map((source, position) => ask(source, position, { batch: 1, expires }));
    const answer = await Promise.race([...requests, ended]);
    if (answer instanceof Error) throw answer;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    // The server drops requests that nobody listens to; what is on its way until then still comes through.
    if (!connection.isClosed()) void subscription.drain().catch(() => subscription.unsubscribe());
  }
}
