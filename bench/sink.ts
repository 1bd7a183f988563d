// API Gateway and DynamoDB as a fan-out meets them, over HTTPS on loopback: answers at once and checks nothing.
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate';
import { createConnectionTables, type ConnectionQuery } from './connections';

export interface Sink {
  /** Without a path: both services are behind it. */
  readonly url: string;
  /** Posts since the last time, and to how many different connections. */
  take(): { readonly posts: number; readonly connections: number };
  close(): Promise<void>;
}

export async function startSink(tls: Certificate, now: number): Promise<Sink> {
  const query = createConnectionTables(now);
  let posts = 0;
  const posted = new Set<string>();

  const server = createServer({ key: tls.key, cert: tls.certificate }, (request, response) => {
    if (request.headers['x-amz-target'] === 'DynamoDB_20120810.Query') {
      void answerQuery(request, response, query);
      return;
    }
    request.resume().once('end', () => {
      posts += 1;
      posted.add(request.url ?? '');
      response.writeHead(200, postHeaders).end();
    });
  });
  // Sockets stay open until their user drops them; and no Keep-Alive header, as from API Gateway.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `https://127.0.0.1:${port}`,
    take() {
      const taken = { posts, connections: posted.size };
      posts = 0;
      posted.clear();
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As large as those of API Gateway. */
const postHeaders = {
  'content-type': 'application/json',
  'content-length': '0',
  'x-amzn-requestid': 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  'x-amz-apigw-id': 'GkNrDFvgjoEFvqA=',
};

async function answerQuery(
  request: IncomingMessage,
  response: ServerResponse,
  query: (query: ConnectionQuery) => object,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = { status: 200, body: '' };
  try {
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as ConnectionQuery;
    answer.body = JSON.stringify(query(asked));
  } catch (error) {
    answer.status = 400;
    answer.body = JSON.stringify({ __type: 'ValidationException', message: String(error) });
  }
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(answer.body),
  };
  response.writeHead(answer.status, headers).end(answer.body);
}
