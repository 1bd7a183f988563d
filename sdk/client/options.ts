// What a client is told, checked, with everything filled in that was not said.
import type { SupervisorDependencies } from './connection/supervisor';
import type { Clock } from './connection/timers';
import { defaultTiming, type Timing } from './connection/timing';
import type { TokenTransport } from './connection/link/token';
import {
  globals,
  systemClock,
  systemPage,
  type Fetch,
  type Page,
  type Signal,
  type SocketConstructor,
} from './dependencies';

/** What a client needs; all but `url` and `getToken` has a default. Durations are in milliseconds. */
export interface MissionControlOptions {
  /** Of the WebSocket, e.g. `ws://localhost:3000`. */
  readonly url: string;
  /**
   * Gets the token, before each attempt and before it expires: always a fresh one. May be slow, may fail; a failure
   * is an attempt that failed.
   */
  readonly getToken: () => string | Promise<string>;
  /** How the token is sent. Default: `header` with `ws` and in Node.js, `subprotocol` elsewhere. */
  readonly tokenTransport?: TokenTransport;
  /**
   * Asked, with the token as `Authorization`, after a handshake that failed without telling why: 401 or 403 means that
   * the token is refused. Default: `/whoami` beside the WebSocket, e.g. `http://localhost:3000/whoami`.
   */
  readonly whoamiUrl?: string;
  /** Closes the client for ever when it aborts. */
  readonly signal?: Signal;
  /** Whether to connect at once. Default: yes. Else the client is `idle` until `reconnect()`. */
  readonly autoConnect?: boolean;
  /** Attempts in a row that may fail before the client is `closed`. Default: without end. */
  readonly maxAttempts?: number;
  /** Durations, in milliseconds: each has a default of its own. */
  readonly timing?: Partial<Timing>;
  /** Default: the global one. Node.js 20 has none: give it that of the package `ws`. */
  readonly WebSocket?: SocketConstructor;
  /** Default: the global one. Asks `whoamiUrl`. */
  readonly fetch?: Fetch;
  /** Whether there is a network, and whether anybody looks. Default: the browser's; elsewhere both are so at all times. */
  readonly page?: Page;
  /** Default: the system's. For tests. */
  readonly clock?: Clock;
  /** From 0 to 1, as `Math.random`: spreads the waits between attempts. For tests. */
  readonly random?: () => number;
}

/** @throws {TypeError} for options that cannot work */
export function settingsOf(options: MissionControlOptions): SupervisorDependencies {
  const { url, maxAttempts = Infinity } = options;
  if (!isSocketUrl(url)) throw new TypeError('url must be a URL with ws:// or wss://, and no #.');
  if (typeof options.getToken !== 'function') throw new TypeError('getToken must be a function.');
  if (!(maxAttempts >= 1)) throw new TypeError('maxAttempts must be at least 1.');
  return {
    ...options,
    whoamiUrl: options.whoamiUrl ?? whoamiUrlOf(url),
    clock: options.clock ?? systemClock,
    page: options.page ?? systemPage,
    random: options.random ?? Math.random,
    timing: timingOf(options.timing),
    maxAttempts,
    // Global ones may come, and be replaced, after the client was made.
    get fetch() {
      return options.fetch ?? globals.fetch;
    },
    getWebSocket() {
      const { WebSocket = globals.WebSocket } = options;
      if (WebSocket) return WebSocket;
      throw new TypeError('There is no WebSocket here: pass one, as that of "ws".');
    },
  };
}

/** What no constructor of a WebSocket takes would otherwise look like a token that it does not take. */
function isSocketUrl(url: string): boolean {
  try {
    // React Native's URL has only a constructor: what it is asked for it throws.
    return /^wss?:\/\/[^/#][^#]*$/.test(url) && Boolean(new URL(url));
  } catch {
    return false;
  }
}

function timingOf(given: Partial<Timing> = {}): Timing {
  const timing: Record<keyof Timing, number> = { ...defaultTiming };
  for (const name of Object.keys(timing) as (keyof Timing)[]) {
    timing[name] = given[name] ?? timing[name];
    if (!(timing[name] > 0)) throw new TypeError(`timing.${name} must be above 0 milliseconds.`);
  }
  if (timing.rotateMinMs > timing.rotateMaxMs) {
    throw new TypeError('timing.rotateMinMs must be at most rotateMaxMs.');
  }
  return timing;
}

/** `ws://localhost:3000/live?x` → `http://localhost:3000/live/whoami` */
function whoamiUrlOf(url: string): string {
  return `${url.replace(/^ws/, 'http').replace(/\/?([?#].*)?$/, '')}/whoami`;
}
