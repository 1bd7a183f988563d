import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpGatewayProbe } from '#adapters/http/http-gateway-probe';

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const status = Number(request.url?.slice(1));
    if (status > 0) response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('body');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it.each([
  [200, 'connected'],
  [302, 'connected'],
  [404, 'connected'],
  [499, 'connected'],
  [500, 'disconnected'],
  [503, 'disconnected'],
])('maps HTTP %i to %s', async (status, expected) => {
  await expect(createHttpGatewayProbe(60_000)(`${url}/${status}`)).resolves.toBe(expected);
});

it('returns disconnected after the timeout', async () => {
  await expect(createHttpGatewayProbe(20)(`${url}/0`)).resolves.toBe('disconnected');
});

it('returns disconnected if the connection is refused', async () => {
  await expect(createHttpGatewayProbe()('http://127.0.0.1:1/')).resolves.toBe('disconnected');
});
