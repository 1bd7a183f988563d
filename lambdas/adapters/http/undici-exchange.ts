// Sends requests with undici's client, at less CPU time than with the HTTP client of Node.js. Only functions that post have it.
import type { Dispatcher } from 'undici';
import type Client from 'undici/lib/dispatcher/client.js';
import { SocketPool } from './socket-pool';
import type { Answer, OpenExchange } from './exchange';

export const openUndiciExchange: OpenExchange = (origin, { sockets, timeoutMilliseconds }) => {
  // Fan-outs are seldom further apart than heartbeats. Sockets that stay open until the next one save a TLS handshake.
  const options = { sockets, timeoutMilliseconds, keepAliveMilliseconds: 60_000 };
  const clients = new SocketPool(origin, options, (socket) => socket);
  return ({ path, headers, body }) =>
    new Promise((resolve, reject) => {
      clients.acquire((socket) => {
        const answer = new Collected(socket, clients, resolve, reject);
        socket.dispatch({ path, method: 'POST', headers: headers as string[], body }, answer);
      });
    });
};

/** Collects one answer. */
class Collected implements Dispatcher.DispatchHandler {
  private status = 0;
  private chunks: Buffer[] = [];

  constructor(
    private readonly socket: Client,
    private readonly clients: SocketPool,
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (reason: Error) => void,
  ) {}

  onRequestStart(): void {
    this.status = 0;
    this.chunks = [];
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.clients.release(this.socket);
    this.resolve({ status: this.status, text: Buffer.concat(this.chunks).toString() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.clients.release(this.socket);
    this.reject(error);
  }
}
