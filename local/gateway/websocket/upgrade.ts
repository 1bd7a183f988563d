// Implements the HTTP part of a handshake: validates an upgrade request, and accepts or refuses it.
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { maxMessageBytes } from './connection';

export interface Upgrade {
  readonly request: IncomingMessage;
  readonly stream: Duplex;
  /** The bytes that the client sent after its request, before it had a response. */
  readonly head: Buffer;
}

const token = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Whether `text` is a valid subprotocol name, which is a token of HTTP. */
export function isSubprotocol(text: string): boolean {
  return token.test(text);
}

/** The error message for an invalid upgrade request; undefined if the request is valid. */
export function faultOfUpgrade({ method, headers }: IncomingMessage): string | undefined {
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  if (method !== 'GET') return 'A WebSocket handshake must be a GET request';
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'Upgrade must be websocket';
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    return 'Sec-WebSocket-Key must be 16 bytes in base64';
  }
  if (headers['sec-websocket-version'] !== '13') return 'Sec-WebSocket-Version must be 13';
  if (!offered.every(isSubprotocol) || new Set(offered).size < offered.length) {
    return 'Sec-WebSocket-Protocol must be a list of different names';
  }
  return undefined;
}

const options: ServerOptions = {
  noServer: true,
  clientTracking: false,
  maxPayload: maxMessageBytes,
};

/**
 * Completes the handshake with 101 and the subprotocol, if there is one.
 * @param closeTimeoutSeconds how long the socket waits for the client to close as well, after it has said that it closes
 * @returns undefined if the client has disconnected in the meantime
 */
export function accept(
  { request, stream, head }: Upgrade,
  subprotocol: string | undefined,
  closeTimeoutSeconds: number,
): WebSocket | undefined {
  // @types/ws lacks this option.
  const closing = { closeTimeout: closeTimeoutSeconds * 1000 };
  // One server for each handshake, as the function of $connect chooses the subprotocol.
  const server = new WebSocketServer({
    ...options,
    ...closing,
    handleProtocols: () => subprotocol ?? false,
  });
  const accepted: WebSocket[] = [];
  server.handleUpgrade(request, stream, head, (socket) => accepted.push(socket));
  return accepted[0];
}

/** Sends a response with a status and a JSON body, and ends the TCP connection. */
export function refuse(stream: Duplex, status: number, body: string): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  stream.once('finish', () => stream.destroy());
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
