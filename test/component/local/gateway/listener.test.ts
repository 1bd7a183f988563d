// The port of the gateway: loopback addresses of both IP versions, free ports, and ports in use.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen, type Listener } from '#local/gateway/listener';

const open: { close(): unknown }[] = [];
afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close())));

async function keep(listener: Promise<Listener>): Promise<Listener> {
  open.push(await listener);
  return listener;
}

it('listens on loopback addresses only, with the same port', async () => {
  const { port, servers } = await keep(listen(0));
  const addresses = servers.map((server) => server.address() as AddressInfo);
  expect(addresses.map((address) => address.port)).toEqual(servers.map(() => port));
  const loopback = ['127.0.0.1', '::1'];
  expect(loopback.slice(0, servers.length)).toEqual(addresses.map(({ address }) => address));
});

it.each(['127.0.0.1', '::1'])('rejects with the port if it is in use on %s', async (host) => {
  const other = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    other.once('error', reject);
    other.listen({ host, port: 0 }, () => {
      resolve((other.address() as AddressInfo).port);
    });
  }).catch(() => undefined);
  // On a machine without IPv6, there is nothing to test.
  if (port === undefined) return;
  open.push(other);
  await expect(listen(port)).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  // The failed attempt does not still listen on the other address.
  other.close();
  await keep(listen(port));
});

it('finds a free port for each of two listeners', async () => {
  const first = await keep(listen(0));
  const second = await keep(listen(0));
  expect(first.port).not.toBe(second.port);
});
