// A pool of kept-alive sockets to one origin, with one request at a time on each.
import { createOpener, KeptSocket, type SocketOptions } from './kept-socket';

export interface SocketPoolOptions extends SocketOptions {
  /** Maximum number of sockets. */
  readonly sockets: number;
}

/** Sockets that are acquired for one request at a time. A socket with which a request has failed is opened again. */
export class SocketPool<Member = KeptSocket> {
  private readonly all: KeptSocket[] = [];
  private readonly idle: Member[] = [];
  private readonly waiting: ((member: Member) => void)[] = [];
  private readonly open: ReturnType<typeof createOpener>;
  private isClosed = false;

  /** @param memberOf called once for each socket; creates the object that is acquired and released */
  constructor(
    origin: string,
    private readonly options: SocketPoolOptions,
    private readonly memberOf: (socket: KeptSocket) => Member,
  ) {
    this.open = createOpener(origin);
  }

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
    const opened = new KeptSocket(this.open, this.options);
    this.all.push(opened);
    if (this.isClosed) opened.close();
    return this.memberOf(opened);
  }

  release(member: Member): void {
    const use = this.waiting.shift();
    if (use === undefined) this.idle.push(member);
    else use(member);
  }

  /** Closes all sockets for good. Requests that wait for one fail, and so do later ones. */
  close(): void {
    this.isClosed = true;
    for (const socket of this.all) socket.close();
  }
}
