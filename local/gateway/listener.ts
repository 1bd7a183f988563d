// One port on this machine alone: loopback of both IP versions, so that `localhost` and `127.0.0.1` both work.
import { createServer, type Server } from 'node:http';

export interface Listener {
  readonly port: number;
  /** All servers that share the port. */
  readonly servers: readonly Server[];
  close(): Promise<void>;
}

/** How many ports that are free on IPv4 are tried until one is free on IPv6 too. */
const attempts = 5;

/**
 * Opens `port`, or a free one for 0.
 * @throws node's own error, with `code` `EADDRINUSE` and the `port`, when something else listens there
 */
export async function listen(port: number): Promise<Listener> {
  for (let attempt = 1; ; attempt += 1) {
    const ipv4 = createServer();
    const actualPort = await bind(ipv4, '127.0.0.1', port);
    const ipv6 = createServer();
    const failure = await bind(ipv6, '::1', actualPort).then(
      () => undefined,
      (error: unknown) => error as NodeJS.ErrnoException,
    );
    const servers = failure === undefined ? [ipv4, ipv6] : [ipv4];
    const close = async () => {
      await Promise.all(servers.map(closeServer));
    };
    // Other errors are ignored: many machines and containers have no IPv6.
    if (failure?.code !== 'EADDRINUSE') return { port: actualPort, servers, close };
    await close();
    if (port !== 0 || attempt === attempts) throw failure;
  }
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
