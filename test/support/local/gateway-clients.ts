// Clients for the gateway's tests: ws, and plain TCP sockets for data that ws would not send.
import { once } from 'node:events';
import net from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';

/** A client that stores the messages that it receives. */
export interface Client {
  readonly socket: WebSocket;
  readonly messages: string[];
  /** The next message that was not returned yet; waits for it if necessary. */
  next(): Promise<string>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** Resolves when the WebSocket is open; rejects with `HTTP <status> <body>` if the handshake is refused. */
export async function connect(
  url: string,
  protocols: readonly string[] = [],
  options: ClientOptions = {},
): Promise<Client> {
  const socket = new WebSocket(url, [...protocols], options);
  const messages: string[] = [];
  let taken = 0;
  let wake: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    messages.push(data.toString());
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => {
      resolve();
    });
    socket.once('unexpected-response', (_request, response) => {
      void response.toArray().then((chunks: Buffer[]) => {
        reject(new Error(`HTTP ${response.statusCode ?? 0} ${Buffer.concat(chunks).toString()}`));
      });
    });
    socket.once('error', reject);
  });
  // A server that closes with 1009 may reset the TCP connection while the client is still sending.
  socket.on('error', () => undefined);
  const next = async (): Promise<string> => {
    while (messages.length <= taken) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return messages[taken++] ?? '';
  };
  return { socket, messages, next, closed };
}

/** Sends `bytes`; returns everything that the server sends until it ends the connection. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = net.connect({ host: '127.0.0.1', port });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

export function upgradeRequest(path: string, headers: Readonly<Record<string, string>> = {}) {
  const all = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** Waits until `check` returns true, at most until the timeout of the test. */
export async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 2));
}
