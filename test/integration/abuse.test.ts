// What a hostile or broken client sends harms nobody but itself.
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { startLocalStack, type LocalStack } from '../../local';
import { TestClient } from '../support/client';

let stack: LocalStack;
let bystander: TestClient;
let intruders = 0;

beforeAll(async () => {
  stack = await startLocalStack();
  bystander = await open('bystander');
});
afterAll(() => stack.close());

const open = async (sub: string) =>
  TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }) });

// Each is a user of its own: the limit of handshakes a user is none of these tests' business.
const intruder = () => open(`mallory-${String(intruders++)}`);

afterEach(async () => {
  const answered = bystander.framesOf('pong').length;
  bystander.send({ type: 'ping' });
  await bystander.received('pong', answered + 1);
});

test.each([
  ['text that is no JSON', 'hello', 'invalid_json'],
  ['an empty message', '', 'invalid_json'],
  ['random bytes', randomBytes(1_000), 'invalid_json'],
  ['deep JSON', '['.repeat(10_000) + ']'.repeat(10_000), 'invalid_frame'],
  ['deep objects', '{"a":'.repeat(3_000) + '1' + '}'.repeat(3_000), 'invalid_frame'],
  ['a frame of the server', '{"type":"agent:status","payload":{}}', 'unknown_type'],
  ['the name of a route', '{"type":"$disconnect"}', 'unknown_type'],
  ['a message of just under 32 KB', JSON.stringify({ type: 'x'.repeat(32_000) }), 'unknown_type'],
])('%s is answered with an error, and the connection stays', async (_, data, code) => {
  const client = await intruder();
  client.send(data);
  await client.received('error');
  expect(client.news.map((text) => JSON.parse(text) as unknown)).toEqual([
    { type: 'error', payload: { code, message: expect.any(String) as unknown } },
  ]);
  client.send({ type: 'ping' });
  await client.received('pong');
  await client.close();
});

test.each([40_000, 200_000])(
  'a message of %i bytes in one frame closes with 1009',
  async (size) => {
    const client = await intruder();
    client.send('x'.repeat(size));
    await expect(client.closed).resolves.toMatchObject({ code: 1009 });
  },
);

test('bytes that are no WebSocket frames end the connection', async () => {
  const client = await intruder();
  const raw = (client.socket as unknown as { _socket: net.Socket })._socket;
  raw.write(randomBytes(4_096));
  await client.closed;
});

test('garbage on the port does not end the stack', async () => {
  const port = Number(new URL(stack.httpUrl).port);
  const socket = net.connect(port, '127.0.0.1').resume();
  socket.on('error', () => undefined);
  socket.write(Buffer.concat([Buffer.from('GET / HTTP/1.1\r\nUpgrade: '), randomBytes(4_096)]));
  socket.end();
  await new Promise((resolve) => socket.once('close', resolve));
});
