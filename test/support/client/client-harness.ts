// Fakes of a client's dependencies: time, sockets, the network, and the visibility of the page.
import type { ClientMessage, ServerMessage } from '#sdk/protocol';
import {
  createMissionControl,
  type Clock,
  type Connection,
  type Fetch,
  type MissionControl,
  type MissionControlOptions,
  type Page,
  type PageEvent,
} from '#sdk/client';
import { emptyLists } from '../data/events';

/** Runs everything that waits only for promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** A clock that only advances when a test advances it, and that knows its pending timers. */
export class FakeTime implements Clock {
  private readonly timers = new Map<number, { readonly at: number; readonly due: () => void }>();
  private lastId = 0;
  private milliseconds = Date.UTC(2026, 1, 5, 12);

  readonly now = () => this.milliseconds;

  /** The number of running timers. */
  get pending(): number {
    return this.timers.size;
  }

  setTimeout(due: () => void, delayMs: number): number {
    this.lastId += 1;
    // As with real timers, a delay that does not fit into 31 bits is 1 ms.
    const fitting = delayMs > 2 ** 31 - 1 ? 1 : delayMs;
    this.timers.set(this.lastId, { at: this.milliseconds + fitting, due });
    return this.lastId;
  }

  clearTimeout(id: unknown): void {
    this.timers.delete(id as number);
  }

  /** Advances the time, and runs the timers that are due, in their order. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.milliseconds + milliseconds;
    await settle();
    for (;;) {
      const [next] = [...this.timers].sort(([, one], [, other]) => one.at - other.at);
      if (next === undefined || next[1].at > end) break;
      this.timers.delete(next[0]);
      this.milliseconds = Math.max(this.milliseconds, next[1].at);
      next[1].due();
      await settle();
    }
    this.milliseconds = end;
  }

  /** Simulates a suspended program: the time advances at once, and timers that were due meanwhile run afterwards. */
  async sleep(milliseconds: number): Promise<void> {
    this.milliseconds += milliseconds;
    await this.pass(0);
  }
}

type Payload<Type extends ServerMessage['type']> = Extract<
  ServerMessage,
  { type: Type }
>['payload'];

/** The client's end of a connection, with methods that act as the server. */
export class FakeSocket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly sent: ClientMessage[] = [];
  readyState: 'connecting' | 'open' | 'closed' = 'connecting';
  /** The close code that the client sent. */
  closedWith: number | undefined;

  constructor(
    readonly url: string,
    readonly protocols: readonly string[] = [],
  ) {}

  get token(): string | undefined {
    return this.protocols[1];
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessage);
  }

  close(code?: number): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.closedWith = code;
  }

  sentOf<Type extends ClientMessage['type']>(type: Type) {
    return this.sent.filter((message) => message.type === type) as Extract<
      ClientMessage,
      { type: Type }
    >[];
  }

  accept(): void {
    this.readyState = 'open';
    this.onopen?.({} as never);
  }

  receive<Type extends ServerMessage['type']>(type: Type, payload: Payload<Type>): void {
    this.receiveText(JSON.stringify({ type, payload }));
  }

  receiveText(data: unknown): void {
    if (this.readyState === 'open') this.onmessage?.({ data } as never);
  }

  /** Ends the connection, or fails the handshake. */
  drop(code = 1006, reason = ''): void {
    this.readyState = 'closed';
    this.onerror?.({} as never);
    this.onclose?.({ code, reason } as never);
  }
}

export class FakePage implements Page {
  isOnline = true;
  isVisible = true;
  readonly listeners = new Set<(event?: PageEvent) => void>();

  subscribe(changed: (event?: PageEvent) => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  fire(type: string): void {
    for (const changed of this.listeners) changed({ type });
  }

  set(now: { readonly isOnline?: boolean; readonly isVisible?: boolean }): void {
    Object.assign(this, now);
    this.fire('visibilitychange');
  }
}

/** A JWT without a valid signature that expires at `expiresAt` (milliseconds since the Unix epoch). */
export function tokenUntil(expiresAt: number, name = 'token'): string {
  const claims = { sub: name, exp: Math.floor(expiresAt / 1000), name: 'Jürgen' };
  return `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sign`;
}

/** A `fetch` that rejects, as a browser's does, if it is called as a method of another object than the window. */
function browserFetch(ask: (url: string, authorization: string) => Promise<Response>): Fetch {
  return function fetch(this: unknown, url, { headers }) {
    return this === undefined
      ? ask(url, headers.Authorization)
      : Promise.reject(new TypeError("Failed to execute 'fetch' on 'Window': Illegal invocation"));
  };
}

/** Whether two connections differ in `isSynced` alone. */
function isOnlySynced(before: Connection | undefined, after: Connection): boolean {
  return JSON.stringify({ ...before, isSynced: after.isSynced }) === JSON.stringify(after);
}

/** A client with fake dependencies. */
export class ClientHarness {
  readonly time = new FakeTime();
  readonly page = new FakePage();
  readonly sockets: FakeSocket[] = [];
  /** Every connection state that the client reported, including the initial one. */
  readonly connections: Connection[] = [];
  /** The status of the response of /whoami; undefined if there is no response. */
  whoami: number | undefined;
  /** The body of that response. */
  whoamiBody = '{"code":"token_invalid"}';
  whoamiRequests: { readonly url: string; readonly authorization: string }[] = [];
  random = 0.5;
  tokens = 0;
  readonly client: MissionControl;

  constructor(options: Partial<MissionControlOptions> = {}) {
    const { sockets } = this;
    const WebSocket = class extends FakeSocket {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    };
    this.client = createMissionControl({
      url: 'wss://example.test/live',
      getToken: () => `token-${(this.tokens += 1)}`,
      WebSocket,
      fetch: browserFetch((url, authorization) => {
        this.whoamiRequests.push({ url, authorization });
        return this.whoami === undefined
          ? Promise.reject(new Error(`There is no answer to ${authorization}.`))
          : Promise.resolve(new Response(this.whoamiBody, { status: this.whoami }));
      }),
      clock: this.time,
      page: this.page,
      random: () => this.random,
      ...options,
    });
    this.connections.push(this.client.connection);
    this.client.on('connection', (connection) => this.connections.push(connection));
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('The client has opened no socket.');
    return socket;
  }

  get open(): FakeSocket[] {
    return this.sockets.filter(({ readyState }) => readyState !== 'closed');
  }

  get state(): string {
    return this.client.connection.state;
  }

  /** The states that the client has entered. A connection that has only become synced is still in the same state. */
  get states(): string[] {
    return this.connections
      .filter((one, index, all) => !isOnlySynced(all[index - 1], one))
      .map(({ state }) => state);
  }

  /** Opens the newest socket, and responds to its `state:sync`. */
  async accept(payload: Partial<Payload<'state:snapshot'>> = {}): Promise<FakeSocket> {
    await settle();
    const { socket } = this;
    socket.accept();
    this.snapshot(payload);
    await settle();
    return socket;
  }

  snapshot(payload: Partial<Payload<'state:snapshot'>> = {}): void {
    const timestamp = this.time.now();
    const all = { ...emptyLists(), timestamp, complete: true, ...payload };
    this.socket.receive('state:snapshot', all);
  }

  /** Advances the time until the client's next attempt. */
  async nextAttempt(): Promise<void> {
    await settle();
    await this.time.pass(this.client.connection.retryInMs ?? 0);
  }

  /** Connects and synchronizes, and advances the time until the backoff is reset. */
  async connect(): Promise<FakeSocket> {
    const socket = await this.accept();
    await this.time.pass(5_000);
    return socket;
  }
}
