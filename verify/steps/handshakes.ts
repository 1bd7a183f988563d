// A handshake in each of the documented ways opens a connection.
import { subprotocol } from '#sdk/protocol';
import { Connection, HandshakeRefused, type HandshakeOptions } from '../connection';
import type { Run, Step } from '../step';
import { DoesNotHold } from '../verdicts';

interface Way {
  readonly name: string;
  readonly options: (token: string) => HandshakeOptions;
  /** Returns the URL with what the way puts there. */
  readonly url?: (url: string, token: string) => string;
  /** The subprotocol that the server must select. */
  readonly selected: string;
}

const ways: readonly Way[] = [
  { name: 'the Authorization header', options: withHeader, selected: '' },
  {
    name: 'the subprotocol',
    options: (token) => ({ subprotocols: [subprotocol, token] }),
    selected: subprotocol,
  },
  {
    name: 'the query parameter',
    options: () => ({}),
    url: withQuery,
    selected: '',
  },
];

export function withHeader(token: string): HandshakeOptions {
  return { headers: { Authorization: `Bearer ${token}` } };
}

function withQuery(url: string, token: string): string {
  const address = new URL(url);
  address.searchParams.set('token', token);
  return address.href;
}

export const handshakes: readonly Step[] = ways.map((way) => ({
  name: `handshake with ${way.name}`,
  async run(run) {
    const durations: number[] = [];
    for (let index = 0; index < run.times; index += 1) {
      const start = performance.now();
      const connection = await open(run, way);
      durations.push(performance.now() - start);
      run.known.opened.add(connection);
      if (connection.subprotocol !== way.selected) {
        throw new DoesNotHold(`the subprotocol '${way.selected}'`, `'${connection.subprotocol}'`);
      }
      await keepFirst(run, connection);
    }
    return durations;
  },
}));

/** Closes all connections but the first, because a user may have only some. */
async function keepFirst({ known, ...run }: Run, connection: Connection): Promise<void> {
  known.connection ??= connection;
  if (known.connection === connection) return;
  const code = await connection.close(run);
  known.opened.delete(connection);
  if (code !== 1000) throw new DoesNotHold('the connection to close with 1000', String(code));
}

async function open(run: Run, way: Way): Promise<Connection> {
  const { url, token } = run.service;
  try {
    return await Connection.open(way.url?.(url, token) ?? url, way.options(token), run);
  } catch (error) {
    if (!(error instanceof HandshakeRefused)) throw error;
    throw new DoesNotHold('HTTP 101', `HTTP ${error.status ?? '?'}${adviceOf(error.status)}`);
  }
}

function adviceOf(status: number | undefined): string {
  return status === 429
    ? ' (too many handshakes of this user: wait a minute, or give --times a smaller number)'
    : '';
}
