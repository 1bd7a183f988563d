// An HTTPS server on loopback that stands in for API Gateway and DynamoDB; it answers at once, without checks.
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate';
import { createConnectionTables, type ConnectionQuery } from './connections';

export interface Sink {
  /** The base URL of both services, without a path. */
  readonly url: string;
  /** Returns what was posted since the last call, and resets it. */
  take(): Taken;
  /** Answers posts to these connections, and no others, with 429 from now on, as if their clients did not read. */
  setStuck(connectionIds: readonly string[]): void;
  close(): Promise<void>;
}

interface Taken {
  readonly posts: number;
  /** Number of different connections. */
  readonly connections: number;
  /** Time from the first post to the last delivered one. */
  readonly milliseconds: number;
}

/** @param now time of the connections, in milliseconds since the Unix epoch */
export async function startSink(tls: Certificate, now: number): Promise<Sink> {
  const query = createConnectionTables(now);
  let posts = 0;
  const posted = new Set<string>();
  const stuck = new Set<string>();
  const times = { first: NaN, last: NaN };

  const server = createServer({ key: tls.key, cert: tls.certificate }, (request, response) => {
    if (request.headers['x-amz-target'] === 'DynamoDB_20120810.Query') {
      void answerQuery(request, response, query);
      return;
    }
    request.resume().once('end', () => {
      const { url = '' } = request;
      const isStuck = stuck.size > 0 && stuck.has(decodeURIComponent(url.split('/').at(-1) ?? ''));
      posts += 1;
      posted.add(url);
      if (posts === 1) times.first = performance.now();
      if (!isStuck) times.last = performance.now();
      response.writeHead(isStuck ? 429 : 200, postHeaders).end();
    });
  });
  // Sockets stay open until the client closes them, and responses have no Keep-Alive header, as those of API Gateway.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `https://127.0.0.1:${port}`,
    take() {
      const milliseconds = times.last - times.first;
      const taken = { posts, connections: posted.size, milliseconds };
      posts = 0;
      posted.clear();
      return taken;
    },
    setStuck(connectionIds) {
      stuck.clear();
      for (const id of connectionIds) stuck.add(id);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Response headers of the same size as those of API Gateway. */
export const postHeaders = {
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
