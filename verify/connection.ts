// Opens connections as third-party clients do, with nothing of the project's own client, and waits for messages.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { parseServerMessage, type ServerMessage } from '#sdk/protocol';
import { DoesNotHold } from './verdicts';
import { timeOut, type Waiting } from './wait';

export interface HandshakeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocols?: readonly string[];
}

/** The server has answered a handshake with another status than 101. */
export class HandshakeRefused extends Error {
  override readonly name = 'HandshakeRefused';

  constructor(readonly status: number | undefined) {
    super(`HTTP ${status ?? 'without a status'}`);
  }
}

export interface Received {
  /** Its place among the messages of the connection. */
  readonly index: number;
  readonly text: string;
  readonly message: ServerMessage | undefined;
  /** When it came, by `performance.now()`. */
  readonly at: number;
}

export class Connection {
  readonly #socket: WebSocket;
  readonly #received: Received[] = [];
  /** Called after each message, and at the end. */
  readonly #watchers = new Set<() => void>();
  /** The close code; undefined while it is open. */
  #code: number | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      const index = this.#received.length;
      this.#received.push({ index, text, message: parsed(text), at: performance.now() });
      this.#tell();
    });
    socket.on('close', (code: number) => {
      this.#code = code;
      this.#tell();
    });
    // Each error is followed by `close`.
    socket.on('error', () => undefined);
  }

  /**
   * Opens a connection.
   * @throws {HandshakeRefused}, an error of the network, or {@link DoesNotHold} if there is no answer in time
   */
  static async open(url: string, options: HandshakeOptions, waiting: Waiting): Promise<Connection> {
    const { headers = {}, subprotocols = [] } = options;
    const socket = new WebSocket(url, [...subprotocols], { headers });
    const connection = new Connection(socket);
    const refused = once(socket, 'unexpected-response').then(([request, response]) => {
      (request as { destroy(): void }).destroy();
      throw new HandshakeRefused((response as { statusCode?: number }).statusCode);
    });
    // Only one of these settles the race.
    refused.catch(() => undefined);
    try {
      await timeOut(Promise.race([once(socket, 'open'), refused]), 'an answer', waiting);
    } catch (error) {
      socket.terminate();
      throw error;
    }
    return connection;
  }

  /** The subprotocol that the server has selected; '' for none. */
  get subprotocol(): string {
    return this.#socket.protocol;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** The number of messages so far, from which {@link next} may start. */
  get count(): number {
    return this.#received.length;
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /**
   * Waits for a message.
   * @param from the index of the first message that counts
   * @throws {DoesNotHold} if none comes in time, or the connection is closed
   */
  async next(
    isWanted: (received: Received) => boolean,
    what: string,
    waiting: Waiting,
    from = 0,
  ): Promise<Received> {
    let look: () => void = () => undefined;
    const found = new Promise<Received>((resolve, reject) => {
      look = () => {
        const received = this.#received.slice(from).find(isWanted);
        if (received !== undefined) resolve(received);
        else if (!this.isOpen) {
          reject(new DoesNotHold(what, `the end of the connection (${this.#code ?? 'closing'})`));
        }
      };
      look();
    });
    this.#watchers.add(look);
    try {
      // One timeout for the whole wait: other messages do not extend it.
      return await timeOut(found, what, waiting);
    } finally {
      this.#watchers.delete(look);
    }
  }

  /** Closes the connection. @returns the close code */
  async close(waiting: Waiting): Promise<number> {
    if (this.#code !== undefined) return this.#code;
    const closed = once(this.#socket, 'close');
    this.#socket.close(1000);
    try {
      const [code] = (await timeOut(closed, 'the close of the connection', waiting)) as [number];
      return code;
    } finally {
      this.#socket.terminate();
    }
  }

  #tell(): void {
    for (const look of this.#watchers) look();
  }
}

function parsed(text: string): ServerMessage | undefined {
  const result = parseServerMessage(text);
  return result.ok ? result.value : undefined;
}
