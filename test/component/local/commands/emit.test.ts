// `npm run emit`, over HTTP.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PutEventsRequest } from '@aws-sdk/client-eventbridge';
import { createEmitCommand } from '#local/commands/emit';
import { run } from '../../../support/local/recorded-output';

it('puts one event on the bus', async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      bodies.push(Buffer.concat(chunks).toString());
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end('{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const args = ['--aws-port', String(port), 'agent:status', 'agent-123', 'online'];
  const { exitCode } = await run(createEmitCommand(), ...args);
  server.close();
  expect(exitCode).toBe(0);
  const { Entries } = JSON.parse(bodies.join()) as PutEventsRequest;
  expect(Entries).toEqual([
    {
      EventBusName: 'mission-control',
      Source: 'mission-control',
      DetailType: 'agent:status',
      Detail: expect.stringMatching(
        /^\{"agentId":"agent-123","status":"online","timestamp":\d+\}$/,
      ) as string,
    },
  ]);
});
