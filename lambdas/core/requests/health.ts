// The report of GET /health: the numbers of connections and users, and whether the table and the agent gateway answer.
import { ConnectionCounter } from '../connections/count-connections';
import { maxHeartbeatSeconds } from '#sdk/protocol';
import { isExpired } from '../connections/connection';
import type { ConnectionCountStore, ConnectionStore, ShardCount } from '../connections/ports';
import type { Clock } from '../clock';
import type { GatewayProbe } from './ports';
import type { Log } from '../log';
import { rememberFor } from './remember';
import { shards } from '../shard';

/** From this many connections on, `/health` reports the last heartbeat's counts, so that a request costs the same at any size. */
const countingLimit = 1_000;

/** The maximum age of counts: twice the longest heartbeat interval. */
const countLifeMilliseconds = 2 * maxHeartbeatSeconds * 1000;

/** Requests within this time share their counts and the gateway's answer: a flood of requests costs no more reads. */
const rememberedMilliseconds = 5_000;

/** The documented body of `/health`. */
export interface HealthReport {
  /** `degraded`: the agent gateway does not answer; `error`: the store does not. */
  readonly status: 'ok' | 'degraded' | 'error';
  /** The time of the request, even if the counts are older: ISO 8601, UTC. */
  readonly timestamp: string;
  readonly gateway: 'connected' | 'disconnected' | 'not configured';
  readonly websocket: {
    readonly status: 'running' | 'unknown';
    /** Null when the store cannot be read. */
    readonly connections: number | null;
    readonly connectedUsers: number | null;
  };
  readonly config: {
    /** Null when no agent gateway is configured. */
    readonly gatewayUrl: string | null;
    readonly useMockData: boolean;
  };
}

/** Never throws: faults are part of the report. */
export type Health = () => Promise<HealthReport>;

export function createHealth(dependencies: {
  readonly connections: ConnectionStore;
  readonly connectionCounts: ConnectionCountStore;
  readonly probeGateway: GatewayProbe;
  readonly now: Clock;
  readonly log: Log;
  readonly gatewayUrl: string | undefined;
  readonly useMockData: boolean;
}): Health {
  const { connections, connectionCounts, probeGateway, now, log, gatewayUrl, useMockData } =
    dependencies;

  /** Counts connections by reading all of them. */
  async function countConnections(): Promise<readonly ShardCount[]> {
    const taking = new ConnectionCounter(shards);
    const countShard = async (shard: number) => {
      for await (const page of connections.pages(shard, { consistent: true })) {
        for (const connection of page) if (!isExpired(connection, now())) taking.count(connection);
      }
    };
    await Promise.all(shards.map(countShard));
    return taking.result(now(), []);
  }

  const count = rememberFor(rememberedMilliseconds, now, async () => {
    try {
      const oldest = now() - countLifeMilliseconds;
      const counted = total(
        (await connectionCounts.read()).filter(({ takenAt }) => takenAt >= oldest),
      );
      if (counted.connections >= countingLimit) return counted;
      return total(await countConnections());
    } catch (error) {
      log.error('connections not counted', { error });
      throw error;
    }
  });

  const askGateway = rememberFor(rememberedMilliseconds, now, () =>
    gatewayUrl === undefined
      ? Promise.resolve('not configured' as const)
      : probeGateway(gatewayUrl),
  );

  return async (): Promise<HealthReport> => {
    const [counted, gateway] = await Promise.all([count().catch(() => undefined), askGateway()]);
    const degraded = gateway === 'disconnected';
    return {
      status: counted === undefined ? 'error' : degraded ? 'degraded' : 'ok',
      timestamp: new Date(now()).toISOString(),
      gateway,
      websocket: {
        status: counted === undefined ? 'unknown' : 'running',
        connections: counted?.connections ?? null,
        connectedUsers: counted?.users ?? null,
      },
      config: { gatewayUrl: gatewayUrl ?? null, useMockData },
    };
  };
}

function total(parts: readonly ShardCount[]): { connections: number; users: number } {
  return parts.reduce(
    (sum, part) => ({
      connections: sum.connections + part.connections,
      users: sum.users + part.users,
    }),
    { connections: 0, users: 0 },
  );
}
