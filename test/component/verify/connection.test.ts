// A service that accepts everything, and sends heartbeats without a pause.
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { Connection } from '#verify/connection';
import type { Run } from '#verify/step';
import { refusals } from '#verify/steps/refusals';
import { DoesNotHold } from '#verify/verdicts';

const heartbeat = JSON.stringify({ type: 'heartbeat', payload: { timestamp: 1 } });

let server: WebSocketServer;
let url: string;

beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    const timer = setInterval(() => {
      socket.send(heartbeat);
    }, 5);
    socket.on('close', () => {
      clearInterval(timer);
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

const { signal } = new AbortController();
const patient = { timeoutMilliseconds: 30_000, signal };

it('other messages do not extend the wait for one', async () => {
  const connection = await Connection.open(url, {}, patient);
  await connection.next(({ message }) => message?.type === 'heartbeat', 'heartbeat', patient);
  const hasPong = connection.next(({ message }) => message?.type === 'pong', 'pong', {
    timeoutMilliseconds: 100,
    signal,
  });
  await expect(hasPong).rejects.toEqual(new DoesNotHold('pong', 'nothing within 0.1 s'));
  await expect(connection.close(patient)).resolves.toBe(1000);
});

it('a wait ends with the connection', async () => {
  const connection = await Connection.open(url, {}, patient);
  const hasPong = connection.next(({ message }) => message?.type === 'pong', 'pong', patient);
  for (const socket of server.clients) socket.close(1001);
  await expect(hasPong).rejects.toMatchObject({ came: 'the end of the connection (1001)' });
});

it.each(refusals)('the step "$name" fails if the service accepts everything', async ({ run }) => {
  const token = ['{"alg":"RS256"}', '{"sub":"alice"}', 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  const opened = new Set<Connection>();
  const service = { url, token, expiredToken: token };
  const given = { ...patient, service, known: { opened } } as unknown as Run;
  await expect(run(given)).rejects.toEqual(
    new DoesNotHold('HTTP 401', 'HTTP 101: the connection is open'),
  );
  await Promise.all([...opened].map((connection) => connection.close(patient)));
});
