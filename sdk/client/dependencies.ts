// Declares what the client uses of its environment, without the types of the DOM or of Node.js, and finds it.
import type { Clock } from './connection/timers';

/** An event of a WebSocket, of any type. */
export interface SocketEvent {
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
}

/** A WebSocket of a browser, of Node.js, or of the package `ws`. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** Members that only the sockets of `ws` have. */
export interface NodeSocket {
  terminate?(): void;
  on?(
    type: 'unexpected-response',
    listener: (request: unknown, response: { statusCode?: number }) => void,
  ): unknown;
}

/** Creates a WebSocket and starts its handshake. */
export type SocketConstructor = new (url: string, protocols?: string[]) => Socket;

/** The part of `fetch` that is used to request `whoamiUrl`. */
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

/** The part of `AbortSignal` that is used. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** An event of a page, of any type. */
export interface PageEvent {
  readonly type: string;
}

/** Whether the page is online and visible. */
export interface Page {
  /** Whether the page reports a network; it may be wrong. */
  readonly isOnline: boolean;
  /** Whether the page is visible. */
  readonly isVisible: boolean;
  /**
   * Calls `changed` whenever one of the two may have changed, and with an event of the type `pagehide` when the user leaves
   * the page. Returns a function that unsubscribes.
   */
  subscribe(changed: (event?: PageEvent) => void): () => void;
}

interface Target {
  addEventListener?(type: string, listener: (event: PageEvent) => void): void;
  removeEventListener?(type: string, listener: (event: PageEvent) => void): void;
}

interface Globals extends Target {
  readonly WebSocket?: SocketConstructor;
  readonly fetch?: Fetch;
  readonly console: { readonly debug: (line: string) => void };
  readonly navigator?: { readonly onLine?: boolean; readonly userAgent?: string };
  readonly document?: Target & { readonly visibilityState?: string };
  /** Only in pages. */
  requestAnimationFrame?(due: () => void): unknown;
  cancelAnimationFrame?(frame: unknown): void;
  setTimeout(due: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The global object of a page, of a worker, or of Node.js. */
export const globals = globalThis as unknown as Globals;

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (due, delayMs) => globals.setTimeout(due, delayMs),
  clearTimeout: (timer) => {
    globals.clearTimeout(timer);
  },
};

/** The page of the browser. Outside of browsers it is always online and visible. */
export const systemPage: Page = {
  get isOnline() {
    return globals.navigator?.onLine !== false;
  },
  get isVisible() {
    return globals.document?.visibilityState !== 'hidden';
  },
  subscribe(changed) {
    const each = (method: 'addEventListener' | 'removeEventListener') => {
      for (const type of ['online', 'offline', 'pagehide', 'pageshow'])
        globals[method]?.(type, changed);
      globals.document?.[method]?.('visibilitychange', changed);
    };
    each('addEventListener');
    return () => {
      each('removeEventListener');
    };
  },
};
