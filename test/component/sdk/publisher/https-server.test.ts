// The publisher over HTTPS with real sockets: connections that are reset, and servers that redirect.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPublisher, type Publisher } from '#sdk/publisher';

async function withServer(
  answer: RequestListener,
  use: (publisher: Publisher) => Promise<void>,
): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const publisher = createPublisher({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    getToken: () => 'a.b.c',
    maxAttempts: 3,
    sleep: () => Promise.resolve(),
    onError: () => undefined,
  });
  try {
    await use(publisher);
  } finally {
    await publisher.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

it('repeats a request whose connection is reset', async () => {
  let requests = 0;
  await withServer(
    (request, response) => {
      requests += 1;
      if (requests < 3) request.socket.resetAndDestroy();
      else response.writeHead(202).end('{"accepted":1}');
    },
    (publisher) => publisher.broadcastAgentStatus('agent-1', 'online'),
  );
  expect(requests).toBe(3);
});

it('does not send its token to the target of a redirection', async () => {
  const paths: (string | undefined)[] = [];
  await withServer(
    (request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    },
    async (publisher) => {
      await expect(publisher.broadcastAgentStatus('agent-1', 'online')).rejects.toMatchObject({
        code: 'not_sent',
      });
    },
  );
  expect(new Set(paths)).toEqual(new Set(['/events']));
});
