import { createHealth } from '#core/requests/health';
import type { GatewayProbe } from '#core/requests/ports';
import {
  FakeClock,
  MemoryConnectionCountStore,
  MemoryConnectionStore,
  RecordingLog,
} from '#test/support/core/fakes';

function setUp({ gatewayUrl, probe = 'connected' }: { gatewayUrl?: string; probe?: string } = {}) {
  const clock = new FakeClock(Date.UTC(2026, 1, 5, 21, 50));
  const connections = new MemoryConnectionStore();
  const connectionCounts = new MemoryConnectionCountStore();
  const probed: string[] = [];
  const probeGateway: GatewayProbe = async (url) => {
    probed.push(url);
    return Promise.resolve(probe as 'connected');
  };
  const health = createHealth({
    connections,
    connectionCounts,
    probeGateway,
    now: clock.now,
    log: new RecordingLog(),
    gatewayUrl,
    useMockData: false,
  });
  return { clock, connections, connectionCounts, probed, health };
}

it('returns the documented JSON: the same keys in the same nesting and order', async () => {
  const { clock, connections, health } = setUp({ gatewayUrl: 'http://localhost:8888' });
  connections.seed(clock.now(), ['alice', 'alice', 'bob', 'carol', 'carol']);
  expect(JSON.stringify(await health())).toBe(
    JSON.stringify({
      status: 'ok',
      timestamp: '2026-02-05T21:50:00.000Z',
      gateway: 'connected',
      websocket: { status: 'running', connections: 5, connectedUsers: 3 },
      config: { gatewayUrl: 'http://localhost:8888', useMockData: false },
    }),
  );
});

it('probes the agent gateway at its URL, and is degraded if it is disconnected', async () => {
  const { probed, health } = setUp({ gatewayUrl: 'http://localhost:8888', probe: 'disconnected' });
  await expect(health()).resolves.toMatchObject({ status: 'degraded', gateway: 'disconnected' });
  expect(probed).toEqual(['http://localhost:8888']);
});

it('is ok without a gateway URL, and probes nothing', async () => {
  const { probed, health } = setUp();
  await expect(health()).resolves.toMatchObject({
    status: 'ok',
    gateway: 'not configured',
    config: { gatewayUrl: null },
  });
  expect(probed).toEqual([]);
});

it('returns the status error without counts if the store cannot be read', async () => {
  const { connections, health } = setUp();
  connections.unreadable.add(7);
  await expect(health()).resolves.toMatchObject({
    status: 'error',
    websocket: { status: 'unknown', connections: null, connectedUsers: null },
  });
});

it('does not count expired records', async () => {
  const { clock, connections, health } = setUp();
  connections.seed(clock.now(), ['alice']);
  clock.advance(3_600_000);
  await expect(health()).resolves.toMatchObject({
    websocket: { connections: 0, connectedUsers: 0 },
  });
});

describe('a further request', () => {
  it('within 5 s gets the same connection count and gateway status, with the current time', async () => {
    const { clock, connections, probed, health } = setUp({ gatewayUrl: 'http://localhost:8888' });
    connections.seed(clock.now(), ['alice']);
    const counted = { websocket: { connections: 1 }, timestamp: '2026-02-05T21:50:00.000Z' };
    await expect(health()).resolves.toMatchObject(counted);
    connections.seed(clock.now(), ['bob']);
    clock.advance(4_999);
    await expect(health()).resolves.toMatchObject({
      ...counted,
      timestamp: '2026-02-05T21:50:04.999Z',
    });
    expect(probed).toHaveLength(1);
    clock.advance(1);
    await expect(health()).resolves.toMatchObject({ websocket: { connections: 2 } });
    expect(probed).toHaveLength(2);
  });

  it('shares a read that is under way', async () => {
    const { clock, connections, health } = setUp();
    connections.seed(clock.now(), ['alice']);
    const pages = jest.spyOn(connections, 'pages');
    const reports = await Promise.all([health(), health(), health()]);
    expect(reports.map(({ websocket }) => websocket.connections)).toEqual([1, 1, 1]);
    // Each of the 16 shards is read once.
    expect(pages).toHaveBeenCalledTimes(16);
  });

  it('reads again after a failure, which is not cached', async () => {
    const { clock, connections, health } = setUp();
    connections.seed(clock.now(), ['alice']);
    connections.unreadable.add(7);
    await expect(health()).resolves.toMatchObject({ status: 'error' });
    connections.unreadable.clear();
    await expect(health()).resolves.toMatchObject({ status: 'ok', websocket: { connections: 1 } });
  });

  it('reads again if the clock was set back', async () => {
    const { clock, connections, health } = setUp();
    await health();
    clock.advance(-3_600_000);
    connections.seed(clock.now(), ['alice']);
    await expect(health()).resolves.toMatchObject({ websocket: { connections: 1 } });
  });
});

describe('the connection count of the heartbeats', () => {
  const write = async (
    connectionCounts: MemoryConnectionCountStore,
    takenAt: number,
    connections: number,
  ) => {
    await connectionCounts.write({ shard: 0, connections, users: 10, takenAt });
    await connectionCounts.write({ shard: 1, connections: 400, users: 5, takenAt });
  };

  it('is returned from 1,000 connections on, without reading the connections', async () => {
    const { clock, connectionCounts, connections, health } = setUp();
    await write(connectionCounts, clock.now(), 600);
    for (let shard = 0; shard < 16; shard += 1) connections.unreadable.add(shard);
    await expect(health()).resolves.toMatchObject({
      websocket: { connections: 1000, connectedUsers: 15 },
    });
  });

  it('is not used below 1,000 connections, which are counted instead', async () => {
    const { clock, connectionCounts, connections, health } = setUp();
    await write(connectionCounts, clock.now(), 599);
    connections.seed(clock.now(), ['alice']);
    await expect(health()).resolves.toMatchObject({ websocket: { connections: 1 } });
  });

  it('is not used if it is older than 18 minutes', async () => {
    const { clock, connectionCounts, health } = setUp();
    await write(connectionCounts, clock.now() - 18 * 60_000 - 1, 600);
    await expect(health()).resolves.toMatchObject({ websocket: { connections: 0 } });
  });
});
