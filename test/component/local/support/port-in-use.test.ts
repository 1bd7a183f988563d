import { createServer, type AddressInfo } from 'node:net';
import { isInUse } from '#local/support/port-in-use';

it('says that a port is in use, and that it is not after the program has ended', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await isInUse(port)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await isInUse(port)).toBe(false);
});
