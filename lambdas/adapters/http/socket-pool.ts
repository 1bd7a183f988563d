// A pool of kept-alive sockets to one origin, with one request at a time on each.
import Client from 'undici/lib/dispatcher/client.js';

export interface SocketPoolOptions {
  /** Maximum number of sockets. */
  readonly sockets: number;
  /** The timeout for a connection to open, for an answer to begin, and for it to end. */
  readonly timeoutMilliseconds: number;
  /** How long a socket stays open without a request. */
  readonly keepAliveMilliseconds: number;
}

/**
 * One undici client for each socket, acquired for one request at a time. It costs less than undici's Pool, which for each
 * post searches all clients for an idle one, and its queue when one becomes idle.
 */
export class SocketPool<Member = Client> {
  private readonly all: Client[] = [];
  private readonly idle: Member[] = [];
  private readonly waiting: ((member: Member) => void)[] = [];

  /** @param memberOf called once for each client; creates the object that is acquired and released */
  constructor(
    private readonly origin: string,
    private readonly options: SocketPoolOptions,
    private readonly memberOf: (client: Client) => Member,
  ) {}

  /** Calls `use` with the idle member that was used last, with a new one, or with the next one that is released. */
  acquire(use: (member: Member) => void): void {
    const free = this.acquireNow();
    if (free === undefined) this.waiting.push(use);
    else use(free);
  }

  /** The idle member that was used last, or a new one; undefined if the maximum number is in use. */
  acquireNow(): Member | undefined {
    const idle = this.idle.pop();
    if (idle !== undefined || this.all.length >= this.options.sockets) return idle;
    const opened = this.open();
    this.all.push(opened);
    return this.memberOf(opened);
  }

  release(member: Member): void {
    const use = this.waiting.shift();
    if (use === undefined) this.idle.push(member);
    else use(member);
  }

  /** Closes all sockets. */
  async destroy(): Promise<void> {
    await Promise.all(this.all.map((client) => client.destroy()));
  }

  private open(): Client {
    const { timeoutMilliseconds: timeout, keepAliveMilliseconds } = this.options;
    return new Client(this.origin, {
      connect: { timeout },
      headersTimeout: timeout,
      bodyTimeout: timeout,
      keepAliveTimeout: keepAliveMilliseconds,
    });
  }
}
