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
 * One undici client for each socket, lent while it is idle. undici's Pool looks through all its clients for an idle
 * one, and through its queue whenever one becomes idle: for each post.
 */
export class ClientPool {
  private readonly all: Client[] = [];
  private readonly idle: Client[] = [];
  private readonly waiting: ((client: Client) => void)[] = [];

  constructor(
    private readonly origin: string,
    private readonly options: ClientPoolOptions,
  ) {}

  /** Calls `use` with the client that was used last, or with a new one, or with the next one that is released. */
  acquire(use: (client: Client) => void): void {
    const idle = this.idle.pop();
    if (idle !== undefined) use(idle);
    else if (this.all.length >= this.options.sockets) this.waiting.push(use);
    else {
      const opened = this.open();
      this.all.push(opened);
      use(opened);
    }
  }

  giveBack(client: Client): void {
    const use = this.waiting.shift();
    if (use === undefined) this.idle.push(client);
    else use(client);
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
