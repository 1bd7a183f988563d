// Sends the requests for pages of timelines over a connection, one at a time, and each repeatedly until it is answered.
import type { ServerMessage } from '../../../protocol';
import type { PageHandlers } from '../history';
import type { RequestsOptions } from './requests';
import { repeat } from './repeat';

type PageRequest = NonNullable<ReturnType<PageHandlers['nextPage']>>;
type Timeline = Extract<ServerMessage, { type: 'session:timeline' }>;
type ErrorPayload = Extract<ServerMessage, { type: 'error' }>['payload'];

export interface Pages {
  /** Sends the next request, if there is another one than before. */
  readonly proceed: () => void;
  /** Takes a page. Returns whether the message is one. */
  readonly took: (message: ServerMessage) => message is Timeline;
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
  let sent: PageRequest | undefined;

  return {
    proceed() {
      const next = isReady() ? nextPage() : undefined;
      if (next === sent) return;
      sent = next;
      timers.stop('page');
      if (!next) return;
      repeat(timers, 'page', timing.connectTimeoutMs, () => {
        turns.take('page', () => {
          send(next);
        });
      });
    },
    took(message): message is Timeline {
      const isPage = message.type === 'session:timeline';
      if (isPage && told(message.payload)) turns.end('page');
      return isPage;
    },
    failed(error) {
      const isAnswer = turns.current() === 'page';
      if (isAnswer) {
        turns.end('page');
        pageFailed(error);
      }
      return isAnswer;
    },
  };
}
