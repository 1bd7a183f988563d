// Reads the timelines of sessions page by page, over whichever connection is open.
import type { ClientMessage, ServerMessage, SessionActivity } from '../../protocol';
import type { Signal } from '../dependencies';

/** What to read of a timeline. */
export interface HistoryOptions {
  /** Only events before this time, in milliseconds since the Unix epoch. Default: from the newest on. */
  readonly before?: number;
  /** The maximum number of events. Default: all until the pages of the service end. */
  readonly limit?: number;
  /** Ends the iteration: it throws the reason of the signal. */
  readonly signal?: Signal;
  /** Called before each page is asked for, as a message of the client. If it throws, the iteration throws the same. */
  readonly onRequest?: () => void;
}

/** The error of an iteration that could not go on. */
export interface HistoryError extends Error {
  /** The code of the server's `error`, e.g. `agent_not_visible` or `timeline_off`; `closed` if the client is closed. */
  readonly code: string;
}

/** Reads the timeline of a session, the newest event first, and asks for each page when it is needed. */
export type History = (
  agentId: string,
  sessionId: string,
  options?: HistoryOptions,
) => AsyncGenerator<SessionActivity, void, undefined>;

export type PageRequest = Extract<ClientMessage, { type: 'session:history' }>;
type Page = Extract<ServerMessage, { type: 'session:timeline' }>['payload'];
type ErrorPayload = Extract<ServerMessage, { type: 'error' }>['payload'];

/** What a connection asks and tells. */
export interface PageHandlers {
  /** Returns the request that is to be sent next: the same one until it is answered; undefined if there is none. */
  readonly nextPage: () => PageRequest | undefined;
  /** Takes a page. */
  readonly page: (page: Page) => void;
  /** Takes an error that answers this request, for which nobody may wait any more. */
  readonly pageFailed: (request: PageRequest, error: ErrorPayload) => void;
}

export interface Histories extends PageHandlers {
  readonly history: History;
  /** Ends all iterations, because the client is closed. */
  readonly close: () => void;
}

/** The greatest page that the server sends, and the default. */
const pageEvents = 100;

/** @param asked called when there is a new request, or one less */
export function createHistories(asked: () => void): Histories {
  const requests = new Map<
    PageRequest,
    { readonly resolve: (page: Page) => void; readonly reject: (error: unknown) => void }
  >();

  /** Waits for a page until it has come: a reconnect does not end it. */
  async function ask(payload: PageRequest['payload'], signal?: Signal): Promise<Page> {
    const request: PageRequest = { type: 'session:history', payload };
    let stop: (() => void) | undefined;
    try {
      return await new Promise<Page>((resolve, reject) => {
        stop = () => {
          requests.delete(request);
          asked();
          reject((signal as { readonly reason?: Error }).reason ?? new Error('aborted'));
        };
        if (signal?.aborted) {
          stop();
          return;
        }
        signal?.addEventListener('abort', stop);
        requests.set(request, { resolve, reject });
        asked();
      });
    } finally {
      if (stop) signal?.removeEventListener('abort', stop);
    }
  }

  return {
    history: historyOf(ask),
    nextPage: () => requests.keys().next().value,
    page(page) {
      for (const [request, { resolve }] of requests) {
        if (!isAnswer(request, page)) continue;
        // At once, because the next request is sent when this returns.
        requests.delete(request);
        resolve(page);
        return;
      }
    },
    pageFailed(request, { code, message }) {
      const answer = requests.get(request);
      requests.delete(request);
      answer?.reject(Object.assign(new Error(`${code}: ${message}`), { code }));
    },
    close() {
      for (const { reject } of requests.values())
        reject(Object.assign(new Error('closed'), { code: 'closed' }));
      requests.clear();
    },
  };
}

/** Whether a page answers a request: answers have no ids. */
export function isAnswer({ payload }: PageRequest, page: Page): boolean {
  const { agentId, sessionId, before } = page;
  return (
    payload.agentId === agentId && payload.sessionId === sessionId && payload.before === before
  );
}

/** @param ask returns the answer to a request */
function historyOf(
  ask: (payload: PageRequest['payload'], signal?: Signal) => Promise<Page>,
): History {
  return async function* (
    agentId: string,
    sessionId: string,
    { before, limit = Infinity, signal, onRequest }: HistoryOptions = {},
  ): AsyncGenerator<SessionActivity, void, undefined> {
    let left = limit;
    let cursor = before === undefined ? undefined : String(before);
    while (left > 0) {
      // JSON.stringify omits a `before` that is undefined.
      const from = { before: cursor } as { before: string };
      onRequest?.();
      const page = await ask(
        { agentId, sessionId, ...from, limit: Math.min(left, pageEvents) },
        signal,
      );
      for (const event of page.events.slice(0, left)) yield { agentId, sessionId, ...event };
      left -= page.events.length;
      cursor = page.next;
      if (cursor === undefined) return;
    }
  };
}
