// An unreliable network between a client and a server: TCP connections that are cut, refused or silently dropped.
import net from 'node:net';
import { eventually } from '../eventually';

interface Pair {
  readonly client: net.Socket;
  readonly server: net.Socket;
  /** Data from either side is read and discarded, so neither side detects it. */
  isFrozen: boolean;
}

export class ChaosProxy {
  /** Connections that were accepted so far. */
  accepted = 0;
  private readonly pairs = new Set<Pair>();
  /** Sockets of clients that get no response. */
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

  /** Resets every connection, and accepts new ones. */
  cut(): void {
    for (const pair of this.pairs) {
      pair.client.resetAndDestroy();
      pair.server.resetAndDestroy();
    }
    for (const client of this.unanswered) client.resetAndDestroy();
  }

  /** Resets every connection and refuses new ones, until {@link restart}. */
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
    // The port is the same as before; a connection of another process may use it for a moment.
    await eventually(() => this.listen());
  }

  /** From now on, existing connections pass no data. New ones are not affected. */
  freeze(): void {
    for (const pair of this.pairs) pair.isFrozen = true;
  }

  /** While hanging, new connections are accepted but get no response. */
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
        // A frozen connection does not pass the close, either.
        if (!pair.isFrozen) to.destroy();
        if (client.destroyed && server.destroyed) this.pairs.delete(pair);
      });
    };
    pass(client, server);
    pass(server, client);
  }
}
