// Sends the requests for pages of timelines over a connection, one at a time, and each repeatedly until it is answered.
import type { ServerMessage } from '../../../protocol';
import { isAnswer, type PageHandlers, type PageRequest } from '../history';
import type { RequestsOptions } from './requests';
import { repeat } from './repeat';

type Page = Extract<ServerMessage, { type: 'session:timeline' }>['payload'];
type ErrorPayload = Extract<ServerMessage, { type: 'error' }>['payload'];

export interface Pages {
  /** Sends the next request, if there is another one than before. */
  readonly proceed: () => void;
  /** Takes a page. */
  readonly took: (page: Page) => void;
  /** Takes an `error`. Returns whether it answers the request in flight. */
  readonly failed: (error: ErrorPayload) => boolean;
}

/**
 * Creates the pages of a connection that has just been opened.
 * @param isReady whether the connection is synced: before that, the server may not let it see what the application asks for
 */
export function createPages(
  { timers, timing, turns, send }: RequestsOptions,
  { nextPage, page: told, pageFailed }: PageHandlers,
  isReady: () => boolean,
): Pages {
  /** The request that is being repeated. */
  let current: PageRequest | undefined;
  /** The request that was sent last. Nobody waits for its answer any more if the iteration was ended. */
  let sent: PageRequest | undefined;
  /** How often it was sent. */
  let times = 0;
  /** The number of answers to it and to earlier requests that have not come. */
  let missing = 0;
  const inFlight = () => (turns.current() === 'page' ? sent : undefined);

  function ended(): void {
    // If the next request has waited for this answer, it is sent when the message has been handled.
    if (current !== sent) current = undefined;
    turns.end('page');
  }

  return {
    proceed() {
      const next = isReady() ? nextPage() : undefined;
      if (next === current) return;
      current = next;
      timers.stop('page');
      if (!next) return;
      repeat(timers, 'page', timing.connectTimeoutMs, () => {
        // An `error` does not say what it answers, so an earlier request is awaited, even if nobody else waits for its answer.
        if (inFlight() && sent !== next) return;
        turns.take('page', () => {
          if (sent !== next) times = 0;
          times++;
          missing++;
          send((sent = next));
        });
      });
    },
    took(page) {
      told(page);
      missing--;
      if (sent && isAnswer(sent, page)) ended();
    },
    failed(error) {
      const request = inFlight();
      if (!request) return false;
      // It may be the late answer to an earlier request. If it is not, the repeated request gets another one.
      if (missing-- > times) return true;
      ended();
      pageFailed(request, error);
      return true;
    },
  };
}
