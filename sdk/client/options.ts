// Checks the options of a client, and adds the defaults.
import { createLog } from './connection/log';
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

/** The options of a client; all but `url` and `getToken` have a default. Durations are in milliseconds. */
export interface MissionControlOptions {
  /** The URL of the WebSocket, e.g. `ws://localhost:3000`. */
  readonly url: string;
  /**
   * Returns a fresh token. It is called before each attempt, and before the current token expires. If it throws or rejects,
   * or takes longer than `tokenTimeoutMs`, the attempt has failed.
   */
  readonly getToken: () => string | Promise<string>;
  /**
   * The agents whose events the client gets, as far as its user may see them: ids, and prefixes that end in `*`. A
   * backslash before `*` or `\\` makes it an ordinary character, as `patternOf(id)` does. At most 100 patterns, in at most
   * 4,096 bytes of JSON. Default: all. `subscribe()` changes it.
   */
  readonly agents?: readonly string[];
  /** How the token is sent. Default: `header` with `ws` and in Node.js, `subprotocol` elsewhere. */
  readonly tokenTransport?: TokenTransport;
  /**
   * The URL of `/whoami`, which is requested with the token if a handshake fails for an unknown reason: 401 or 403 means
   * that the token is refused. Default: `/whoami` below `url`, e.g. `http://localhost:3000/whoami`.
   */
  readonly whoamiUrl?: string;
  /** When it aborts, the client is closed permanently. */
  readonly signal?: Signal;
  /** Whether to connect at once. Default: true. Otherwise the client is `idle` until `reconnect()`. */
  readonly autoConnect?: boolean;
  /** The number of consecutive failed attempts after which the client is `closed`. Default: unlimited. */
  readonly maxAttempts?: number;
  /** Durations in milliseconds; each has its own default. */
  readonly timing?: Partial<Timing>;
  /** The constructor of WebSockets. Default: the global one. Node.js 20 has none: pass that of the package `ws`. */
  readonly WebSocket?: SocketConstructor;
  /** Used to request `whoamiUrl`. Default: the global one. */
  readonly fetch?: Fetch;
  /**
   * Writes what the client does, one line for each state, message and token, e.g. `+12 ms connected`: to the console with
   * `true`, or to a function. The lines contain neither tokens nor texts of messages, but types and sizes.
   */
  readonly debug?: boolean | ((line: string) => void);
  /** Whether the page is online and visible. Default: the state of the browser's page; outside of browsers, always both. */
  readonly page?: Page;
  /** The source of time, for tests. Default: the system's. */
  readonly clock?: Clock;
  /** Returns a random number from 0 to 1, for tests. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * Checks the options, and adds the defaults.
 * @throws {TypeError} if an option is invalid
 */
export function settingsOf(options: MissionControlOptions): SupervisorDependencies {
  const { url, maxAttempts = Infinity, random = Math.random } = options;
  const { clock = systemClock, page = systemPage, debug } = options;
  if (!isSocketUrl(url)) throw new TypeError('url must be a URL with ws:// or wss://, and no #.');
  if (typeof options.getToken !== 'function') throw new TypeError('getToken must be a function.');
  if (!(maxAttempts >= 1)) throw new TypeError('maxAttempts must be at least 1.');
  return {
    ...options,
    whoamiUrl: options.whoamiUrl ?? whoamiUrlOf(url),
    ...{ clock, page, random, maxAttempts },
    timing: timingOf(options.timing),
    log: debug ? createLog(debug === true ? globals.console.debug : debug, clock) : undefined,
    // The global functions may be set or replaced after the client is created.
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

/** Checks the URL in advance, because an error of the WebSocket constructor is later reported as a malformed token. */
function isSocketUrl(url: string): boolean {
  try {
    // In React Native, the properties of a `URL` throw, so only the constructor can be used.
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
