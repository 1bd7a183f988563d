// Documents of the issuer are loaded with one retry, and without following redirects.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpLoad } from '#adapters/jwt/http-load';
import { holdTimeouts, passTime, releaseTimeouts } from '#test/support/timeouts';

let server: Server;
let answers: RequestListener[];
let requests: (string | undefined)[];
let url: string;

beforeEach(async () => {
  holdTimeouts();
  answers = [];
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.url);
    (answers.shift() ?? ok)(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  releaseTimeouts();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const ok: RequestListener = (_request, response) => response.end('{"keys":[]}');
const hangUp: RequestListener = (request) => request.socket.destroy();
const stall =
  (milliseconds: number): RequestListener =>
  () =>
    void passTime(milliseconds);
const status =
  (code: number, headers = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(code, headers).end('nothing');

const load = async (within = 60_000) => {
  const body = await httpLoad(`${url}/keys`, Date.now() + within);
  return new TextDecoder().decode(body);
};

it('returns the body of the document', async () => {
  await expect(load()).resolves.toBe('{"keys":[]}');
  expect(requests).toEqual(['/keys']);
});

it('closes its socket, even if the server keeps it open', async () => {
  const closed = new Promise((resolve) => {
    answers = [
      ({ socket }) => {
        socket.on('close', resolve);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"keys":[]}');
      },
    ];
  });
  await load();
  await closed;
});

it.each([
  ['a lost connection', hangUp],
  ['a server error', status(503)],
])('tries once more after %s', async (_what, answer) => {
  answers = [answer];
  await expect(load()).resolves.toBe('{"keys":[]}');
  expect(requests).toHaveLength(2);
});

it('throws the error of the second attempt', async () => {
  answers = [status(503), status(404)];
  await expect(load()).rejects.toThrow(`${url}/keys answered HTTP 404`);
  expect(requests).toHaveLength(2);
});

it('throws a TimeoutError after its timeout, in both attempts', async () => {
  answers = [stall(3_500), stall(3_500)];
  await expect(load()).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  expect(requests).toHaveLength(2);
});

it('waits for an issuer that answers after 2 s', async () => {
  answers = [
    (_request, response) => {
      void passTime(2_000).then(() => response.end('{"keys":[]}'));
    },
  ];
  await expect(load()).resolves.toBe('{"keys":[]}');
  expect(requests).toHaveLength(1);
});

it('neither waits nor retries after its deadline', async () => {
  answers = [stall(500)];
  await expect(load(500)).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(requests).toHaveLength(1);
});

it('does not follow redirects', async () => {
  const elsewhere = status(302, { location: '/other-keys' });
  answers = [elsewhere, elsewhere];
  await expect(load()).rejects.toThrow();
  expect(requests).toEqual(['/keys', '/keys']);
});
