// `npm run emit`, over HTTP.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PutEventsRequest } from '@aws-sdk/client-eventbridge';
import { createEmitCommand } from '#local/commands/emit';
import { run } from '#test/support/local/recorded-output';

/** Runs the command with the port of a server that answers with `listener`. */
async function emitTo(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const args = ['--aws-port', String(port), 'agent:status', 'agent-123', 'online'];
  const result = await run(createEmitCommand(), ...args);
  server.close();
  return { port, ...result };
}

it('puts one event on the event bus', async () => {
  const bodies: string[] = [];
  const { exitCode } = await emitTo((request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      bodies.push(Buffer.concat(chunks).toString());
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end('{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}');
    });
  });
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

it.each([
  ['the dashboard', 404, '{"message":"Not Found"}'],
  ['a page', 200, '<!doctype html>'],
])(
  'prints that the port is not that of the AWS endpoint if it is that of %s',
  async (_, status, body) => {
    const { exitCode, complaints, port } = await emitTo((request, response) => {
      request.resume();
      response.writeHead(status).end(body);
    });
    expect(exitCode).toBe(1);
    expect(complaints).toBe(
      `What answers at http://localhost:${port} is not the AWS endpoint of a local stack (HTTP ${status}): give --aws-port the port of the AWS endpoint that npm start prints, by default 4566.`,
    );
  },
);

it('prints an error of the AWS endpoint', async () => {
  const { exitCode, complaints } = await emitTo((request, response) => {
    request.resume();
    const body = { __type: 'AccessDeniedException', message: 'You may not.' };
    response.writeHead(400).end(JSON.stringify(body));
  });
  expect(exitCode).toBe(1);
  expect(complaints).toContain('(AccessDeniedException). You may not.');
});
