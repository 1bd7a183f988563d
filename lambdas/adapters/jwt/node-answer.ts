// Collects the answer to a request of Node.js's HTTP client, which takes much less time to load than `fetch`.
import type { ClientRequest } from 'node:http';

/**
 * Ends a request without a body.
 * @throws an error with the name `TimeoutError` if there is no complete answer in time, and the errors of the socket
 */
export function answerTo(
  request: ClientRequest,
  timeoutMilliseconds: number,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      const text = `There was no answer within ${timeoutMilliseconds} ms.`;
      reject(new DOMException(text, 'TimeoutError'));
      request.destroy();
    }, timeoutMilliseconds);
    request.on('error', reject);
    request.on('close', () => {
      clearTimeout(timeout);
      // Without effect after an answer.
      reject(new Error('The answer is not complete.'));
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        clearTimeout(timeout);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
      });
    });
    request.end();
  });
}
