// Kept-alive sockets to one origin, one request at a time on each.
import Client from 'undici/lib/dispatcher/client.js';

export interface ClientPoolOptions {
  /** At the most. */
  readonly sockets: number;
  /** For a connection to open, and for an answer to begin and to end. */
  readonly timeoutMilliseconds: number;
  /** How long a socket stays open without a request. */
  readonly keepAliveMilliseconds: number;
}

/**
 * One undici client for each socket, acquired for one request at a time. undici's Pool looks through all its clients for
 * an idle one, and through its queue whenever one becomes idle: for each post.
 */
export class ClientPool<Member = Client> {
  private readonly all: Client[] = [];
  private readonly idle: Member[] = [];
  private readonly waiting: ((member: Member) => void)[] = [];

  /** @param memberOf what is acquired and released, once made for each client */
  constructor(
    private readonly origin: string,
    private readonly options: ClientPoolOptions,
    private readonly memberOf: (client: Client) => Member,
  ) {}

  /** Calls `use` with the member that was used last, or with a new one, or with the next one that is released. */
  acquire(use: (member: Member) => void): void {
    const free = this.acquireNow();
    if (free === undefined) this.waiting.push(use);
    else use(free);
  }

  /** The member that was used last, or a new one; undefined if as many as there may be are in use. */
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

  /** Drops all sockets. */
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
