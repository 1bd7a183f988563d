// An HTTPS server on loopback that answers @connections requests at once, and records them.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../certificate';
import { postHeaders } from '../sink';
import type { Arrivals } from './arrivals';

export interface RecordingSink {
  /** The base URL, without a path. */
  readonly url: string;
  /** Records posts in `arrivals` from now on. If it is undefined, they are not recorded. */
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
        // A request to a queue. There are no queues, so it fails.
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
        return;
      }
      const [body = Buffer.alloc(0), ...others] = chunks;
      const text = others.length === 0 ? body : Buffer.concat(chunks);
      arrivals?.note(url, text, performance.timeOrigin + performance.now());
      response.writeHead(200, postHeaders).end();
    });
  });
  // Sockets stay open until the client closes them, and responses have no Keep-Alive header, as those of API Gateway.
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
