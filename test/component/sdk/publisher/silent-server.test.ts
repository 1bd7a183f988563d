// A real client and a real socket: a request to a server that does not answer times out.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPublisher } from '#sdk/publisher';
import { holdTimeouts, passTime, releaseTimeouts } from '#test/support/timeouts';

it('rejects with a timeout if the server does not answer', async () => {
  holdTimeouts();
  let requests = 0;
  const server = createServer(() => {
    requests += 1;
    void passTime(3_000);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const publisher = createPublisher({
    maxAttempts: 1,
    onError: () => undefined,
    clientConfiguration: {
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
  });
  try {
    await expect(publisher.broadcastAgentStatus('agent-1', 'online')).rejects.toMatchObject({
      code: 'not_sent',
      cause: { name: 'TimeoutError' },
    });
    expect(requests).toBe(1);
  } finally {
    await publisher.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    releaseTimeouts();
  }
});
