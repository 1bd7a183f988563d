// Decides when waiting events are sent, and which of them in the same request.
import { sendBatch, type SendOptions } from './send-batch';
import type { Part, PendingEvent, Transport } from './transport';

/** The maximum number of concurrent requests. Events that come in the meantime wait, and share requests. */
const maxRequestsAtOnce = 8;

/**
 * The maximum time for which events are held back for the next pack while a request is in progress. Measured with 300 events a
 * second, one by one, and responses after 20 ms: 6.2 events per pack, as with one request at a time; with 8 concurrent
 * requests, no pack had two events. The limit bounds the delay by a request that hangs or is repeated: if one response in a
 * hundred takes 20 times as long, p99 is 121 ms, instead of 484 ms with one request at a time.
 */
const longestHoldMilliseconds = 100;

export interface OutboxOptions<OnePart extends Part> {
  readonly transport: Transport<OnePart>;
  readonly sending: SendOptions;
  /** Resolves after that time, and does not keep the process alive. */
  readonly rest: (milliseconds: number) => Promise<void>;
}

/** Returns a function that sends an event, and calls its `sent` or `failed` when it is settled. */
export function createOutbox<OnePart extends Part>(
  options: OutboxOptions<OnePart>,
): (event: PendingEvent) => void {
  const { transport, sending, rest } = options;
  const waiting: PendingEvent[] = [];
  let requests = 0;
  let held = false;

  function sendWaiting(): void {
    while (waiting.length > 0 && requests < maxRequestsAtOnce && !held) {
      requests += 1;
      const settled = sendBatch(transport.take(waiting), transport, sending);
      // If more events are waiting than fit into a request, packs are full without holding events back.
      if (transport.collects && waiting.length === 0) hold(settled);
      void settled.then(() => {
        requests -= 1;
        sendWaiting();
      });
    }
  }

  /** Holds back events until the request is settled, at most for 100 ms, so that they share a pack. */
  function hold(settled: Promise<void>): void {
    held = true;
    void Promise.race([settled, rest(longestHoldMilliseconds)]).then(() => {
      held = false;
      sendWaiting();
    });
  }

  return (event) => {
    waiting.push(event);
    // In a microtask, so that all events of the same tick are sent together.
    if (waiting.length === 1) void Promise.resolve().then(sendWaiting);
  };
}
