// A WebSocket client for tests: stores what it receives, and waits for conditions instead of fixed times.
import WebSocket from 'ws';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface ClientOptions {
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocols?: readonly string[];
}

interface Waiter {
  readonly isMet: () => boolean;
  readonly resolve: () => void;
}

export class TestClient {
  static readonly #open = new Set<TestClient>();

  readonly socket: WebSocket;
  /** The texts of the messages, in the order of receipt. */
  readonly texts: string[] = [];
  readonly closed: Promise<Closed>;
  private readonly waiters = new Set<Waiter>();

  private constructor(url: string, { token, headers = {}, subprotocols = [] }: ClientOptions) {
    this.socket = new WebSocket(url, [...subprotocols], {
      headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers },
    });
    this.socket.on('message', (data: Buffer) => {
      this.texts.push(data.toString('utf8'));
      this.check();
    });
    TestClient.#open.add(this);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        TestClient.#open.delete(this);
        resolve({ code, reason: reason.toString() });
      });
    });
    // Every error is followed by a close event, which tests use.
    this.socket.on('error', () => undefined);
  }

  /** Opens a connection; rejects with the HTTP status if the handshake is refused. */
  static async open(url: string, options: ClientOptions = {}): Promise<TestClient> {
    const client = new TestClient(url, options);
    await new Promise<void>((resolve, reject) => {
      client.socket.once('open', resolve);
      client.socket.once('error', reject);
    });
    return client;
  }

  /** Closes the clients that are still open after a failed test, so that the next tests do not fail because of them. */
  static async closeAll(): Promise<void> {
    await Promise.all([...TestClient.#open].map((client) => client.close()));
  }

  /** Tries to open a connection that must be refused; returns the HTTP status and the close code at the client. */
  static async refused(
    url: string,
    options: ClientOptions = {},
  ): Promise<{ status: number | undefined; code: number }> {
    const client = new TestClient(url, options);
    const status = new Promise<number | undefined>((resolve) => {
      client.socket.once('unexpected-response', (request, response) => {
        resolve(response.statusCode);
        request.destroy();
        client.socket.terminate();
      });
      client.socket.once('open', () => {
        resolve(101);
        client.socket.terminate();
      });
    });
    const { code } = await client.closed;
    return { status: await status, code };
  }

  /** The texts of all messages except heartbeats, which can arrive at any time. */
  get news(): string[] {
    return this.texts.filter((text) => !text.startsWith('{"type":"heartbeat"'));
  }

  get messages(): unknown[] {
    return this.texts.map((text) => JSON.parse(text) as unknown);
  }

  /** Messages of one type. */
  messagesOf(type: string): { type: string; payload: Record<string, unknown> }[] {
    return (this.messages as { type: string; payload: Record<string, unknown> }[]).filter(
      (message) => message.type === type,
    );
  }

  /** Resolves as soon as `count` messages of a type have been received. */
  async received(type: string, count = 1, timeoutMilliseconds = 30_000): Promise<void> {
    const isMet = () => this.messagesOf(type).length >= count;
    await this.until(isMet, `${count} × ${type}`, timeoutMilliseconds);
  }

  /** Sends an object as JSON, or a text or bytes unchanged. */
  send(data: object | string | Buffer): void {
    this.socket.send(
      typeof data === 'string' || Buffer.isBuffer(data) ? data : JSON.stringify(data),
    );
  }

  async close(): Promise<Closed> {
    this.socket.close(1000);
    return this.closed;
  }

  private async until(isMet: () => boolean, what: string, timeout: number): Promise<void> {
    if (isMet()) return;
    await new Promise<void>((resolve, reject) => {
      const waiter = { isMet, resolve };
      this.waiters.add(waiter);
      setTimeout(() => {
        if (!this.waiters.delete(waiter)) return;
        const got = this.texts.slice(-5).join('\n');
        reject(new Error(`Waited ${timeout} ms for ${what}; the last messages were:\n${got}`));
      }, timeout).unref();
    });
  }

  private check(): void {
    for (const waiter of this.waiters) {
      if (!waiter.isMet()) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }
}
