// Loads a document of the token issuer over HTTP, with less to load at a cold start than with the HTTP client of Node.js or `fetch`.
import { createOpener, KeptSocket } from '../http/kept-socket';
import { headerLine } from '../http/request-text';
import type { Load } from './issuer-keys';

const headers = [
  headerLine('accept', 'application/json'),
  headerLine('user-agent', 'mission-control-realtime'),
  headerLine('connection', 'close'),
].join('');

/** The timeout of an attempt. */
const timeoutMilliseconds = 3_500;

/** Loads a document and, if that fails before the deadline, tries once more. Redirects are refused: only the configured host is trusted. */
export const httpLoad: Load = (url, deadline) =>
  attempt(url, deadline).catch((error: unknown) => {
    if (Date.now() >= deadline) throw error;
    return attempt(url, deadline);
  });

const attempt: Load = async (url, deadline) => {
  const milliseconds = Math.min(timeoutMilliseconds, Math.max(1, deadline - Date.now()));
  const { status, body } = await get(new URL(url), milliseconds);
  if (status < 200 || status >= 300) throw new Error(`${url} answered HTTP ${status}`);
  return new Uint8Array(body).buffer;
};

/** @throws an error with the name `TimeoutError` if there is no complete answer in time, and the errors of the socket */
function get(
  { origin, host, pathname, search }: URL,
  withinMilliseconds: number,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const options = { timeoutMilliseconds: withinMilliseconds, keepAliveMilliseconds: 0 };
  const socket = new KeptSocket(createOpener(origin), options);
  return new Promise((resolve, reject) => {
    socket.send(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${headers}\r\n`, {
      onAnswer(status, body) {
        socket.close();
        resolve({ status, body: Buffer.concat(body) });
      },
      onFailure: reject,
    });
  });
}
