// API Gateway's @connections over HTTPS on loopback: answers at once, and notes what came to whom, and when.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../certificate';
import { postHeaders } from '../sink';
import type { Arrivals } from './arrivals';

export interface RecordingSink {
  /** Without a path. */
  readonly url: string;
  /** From now on posts are noted here; before, they are forgotten. */
  record(arrivals: Arrivals | undefined): void;
  close(): Promise<void>;
}

const connectionPath = /^\/live\/(@|%40)connections\//;

export async function startRecordingSink(tls: Certificate): Promise<RecordingSink> {
  let arrivals: Arrivals | undefined;

  const server = createServer({ key: tls.key, cert: tls.certificate }, (request, response) => {
    const { url = '' } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      if (!connectionPath.test(url)) {
        // There are no queues here: what was not delivered is not delivered later.
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
        return;
      }
      const [body = Buffer.alloc(0), ...others] = chunks;
      const text = others.length === 0 ? body : Buffer.concat(chunks);
      arrivals?.note(url, text, performance.timeOrigin + performance.now());
      response.writeHead(200, postHeaders).end();
    });
  });
  // Sockets stay open until their user drops them; and no Keep-Alive header, as from API Gateway.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `https://127.0.0.1:${port}`,
    record(given) {
      arrivals = given;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
