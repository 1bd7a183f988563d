// The variant `unsigned`: the lower bound, undici without signatures, listing of connections or retries.
import { Pool } from 'undici';
import { connectionsOf } from '../connections';
import { postInLanes } from './lanes';
import { concurrency, type Send, type Surroundings } from './variant';

export function createUnsigned({ callbackUrl }: Surroundings): Send {
  const { origin, pathname } = new URL(callbackUrl);
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  const known = new Map<number, readonly string[]>();

  return (message, count) => {
    const paths = known.get(count) ?? pathsOf(count, pathname);
    known.set(count, paths);
    const body = Buffer.from(message);
    return postInLanes(concurrency, paths, (path) => post(pool, path, body));
  };
}

function pathsOf(count: number, stagePath: string): readonly string[] {
  return connectionsOf(count).map(
    ({ connectionId }) => `${stagePath}/%40connections/${encodeURIComponent(connectionId)}`,
  );
}

function post(pool: Pool, path: string, body: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let status = 0;
    pool.dispatch(
      { path, method: 'POST', body },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, statusCode) => (status = statusCode),
        onResponseData: () => undefined,
        onResponseEnd: () => {
          resolve(status === 200);
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      },
    );
  });
}
