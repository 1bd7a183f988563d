// A bad network between a client and a server: TCP that is cut, refused, or swallowed without a word.
import net from 'node:net';
import { eventually } from '../eventually';

interface Pair {
  readonly client: net.Socket;
  readonly server: net.Socket;
  /** What arrives, from either side, is read and thrown away: neither side notices. */
  isFrozen: boolean;
}

export class ChaosProxy {
  /** Connections that were accepted so far. */
  accepted = 0;
  private readonly pairs = new Set<Pair>();
  /** Of clients that nobody answers. */
  private readonly unanswered = new Set<net.Socket>();
  private listener = this.createListener();
  private isHanging = false;
  private port = 0;

  private constructor(private readonly targetPort: number) {}

  static async open(targetPort: number): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(targetPort);
    await proxy.listen();
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Cuts every connection, and takes new ones. */
  cut(): void {
    for (const pair of this.pairs) {
      pair.client.resetAndDestroy();
      pair.server.resetAndDestroy();
    }
    for (const client of this.unanswered) client.resetAndDestroy();
  }

  /** Cuts every connection and refuses new ones, until {@link restart}. */
  async kill(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.listener.close(() => {
        resolve();
      });
    });
    this.cut();
    await closed;
  }

  async restart(): Promise<void> {
    // The port is the one of before; a connection that somebody else makes may have it for a moment.
    await eventually(() => this.listen());
  }

  /** From now on nothing passes any more on the connections that are there. New ones are not concerned. */
  freeze(): void {
    for (const pair of this.pairs) pair.isFrozen = true;
  }

  /** New connections are accepted, and nothing comes back. */
  hang(isHanging: boolean): void {
    this.isHanging = isHanging;
  }

  async close(): Promise<void> {
    await this.kill();
    for (const { server } of this.pairs) server.destroy();
  }

  private async listen(): Promise<void> {
    this.listener = this.createListener();
    await new Promise<void>((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (this.listener.address() as net.AddressInfo).port;
  }

  private createListener(): net.Server {
    return net.createServer((client) => {
      this.accepted += 1;
      client.on('error', () => undefined);
      if (this.isHanging) {
        this.unanswered.add(client);
        client.resume().on('close', () => this.unanswered.delete(client));
      } else this.connect(client);
    });
  }

  private connect(client: net.Socket): void {
    const server = net.connect(this.targetPort, '127.0.0.1');
    server.on('error', () => undefined);
    const pair: Pair = { client, server, isFrozen: false };
    this.pairs.add(pair);
    const pass = (from: net.Socket, to: net.Socket) => {
      from.on('data', (bytes) => {
        if (!pair.isFrozen) to.write(bytes);
      });
      from.on('end', () => {
        if (!pair.isFrozen) to.end();
      });
      from.on('close', () => {
        // A server behind a network that swallows everything does not hear that its client has gone.
        if (!pair.isFrozen) to.destroy();
        if (client.destroyed && server.destroyed) this.pairs.delete(pair);
      });
    };
    pass(client, server);
    pass(server, client);
  }
}
