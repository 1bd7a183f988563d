// Listens on one port of the loopback interface, for IPv4 and IPv6, so that both `localhost` and `127.0.0.1` work.
import { createServer, type Server } from 'node:http';

export interface Listener {
  readonly port: number;
  /** One server for IPv4, and one for IPv6 if this machine has it. */
  readonly servers: readonly Server[];
  /** Stops listening and ends all HTTP connections. Resolves when upgraded connections have ended, too. */
  close(): Promise<void>;
}

/** How many free ports are tried: a port that is free on IPv4 may be in use on IPv6. */
const attempts = 5;

/**
 * Listens on `port`, or on any free port if it is 0.
 * @throws the error of node:net, e.g. with the `code` `EADDRINUSE` and the `port` if the port is in use
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
