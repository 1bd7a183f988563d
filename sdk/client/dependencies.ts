// What the client needs from its surroundings, as the few things it uses of them: no types of the DOM or Node.js.
import type { Clock } from './connection/timers';

/** An event of a WebSocket, of whatever type. */
export interface SocketEvent {
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
}

/** A WebSocket: the browser's, Node.js's, or that of the package `ws`. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** What only the sockets of `ws` can do. */
export interface NodeSocket {
  terminate?(): void;
  on?(
    type: 'unexpected-response',
    listener: (request: unknown, response: { statusCode?: number }) => void,
  ): unknown;
}

/** Makes a WebSocket and begins its handshake. */
export type SocketConstructor = new (url: string, protocols?: string[]) => Socket;

/** As much of `fetch` as asking about a token takes. */
export type Fetch = (
  url: string,
  options: {
    headers: { Authorization: string };
    cache: 'no-store';
    credentials: 'omit';
    redirect: 'error';
    signal: never;
  },
) => Promise<{ readonly status: number; json(): Promise<unknown> }>;

/** An AbortSignal. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What is known about the network and about whether anybody looks. */
export interface Page {
  /** Whether there may be a network: a hint. */
  readonly isOnline: boolean;
  /** Whether the page is visible. */
  readonly isVisible: boolean;
  /** Calls `changed` whenever one of both may have changed. Returns how to stop that. */
  subscribe(changed: () => void): () => void;
}

interface Target {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

interface Globals extends Target {
  readonly WebSocket?: SocketConstructor;
  readonly fetch?: Fetch;
  readonly navigator?: { readonly onLine?: boolean; readonly userAgent?: string };
  readonly document?: Target & { readonly visibilityState?: string };
  /** Only pages have animation frames. */
  requestAnimationFrame?(due: () => void): unknown;
  cancelAnimationFrame?(frame: unknown): void;
  setTimeout(due: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The surroundings of this program: a page, a worker, Node.js. */
export const globals = globalThis as unknown as Globals;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (due, delayMs) => globals.setTimeout(due, delayMs),
  clearTimeout: (timer) => {
    globals.clearTimeout(timer);
  },
};

/** The page this program runs in; where there is none, it is online and visible at all times. */
export const systemPage: Page = {
  get isOnline() {
    return globals.navigator?.onLine !== false;
  },
  get isVisible() {
    return globals.document?.visibilityState !== 'hidden';
  },
  subscribe(changed) {
    const each = (method: 'addEventListener' | 'removeEventListener') => {
      globals[method]?.('online', changed);
      globals[method]?.('offline', changed);
      globals.document?.[method]?.('visibilitychange', changed);
    };
    each('addEventListener');
    return () => {
      each('removeEventListener');
    };
  },
};
