import { createHealth } from '#core/requests/health';
import type { GatewayProbe } from '#core/requests/ports';
import {
  FakeClock,
  MemoryConnectionCountStore,
  MemoryConnectionStore,
  RecordingLog,
} from '../../../../support/core/fakes';

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

it('is the documented JSON: the same keys in the same nesting and order', async () => {
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

it('asks the agent gateway at its URL; without an answer the service is degraded', async () => {
  const { probed, health } = setUp({ gatewayUrl: 'http://localhost:8888', probe: 'disconnected' });
  await expect(health()).resolves.toMatchObject({ status: 'degraded', gateway: 'disconnected' });
  expect(probed).toEqual(['http://localhost:8888']);
});

it('without a URL asks nobody and is ok', async () => {
  const { probed, health } = setUp();
  await expect(health()).resolves.toMatchObject({
    status: 'ok',
    gateway: 'not configured',
    config: { gatewayUrl: null },
  });
  expect(probed).toEqual([]);
});

it('says error and counts nothing when the store cannot be read', async () => {
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

describe('whoever asks within 5 s', () => {
  it('of another gets the same count, and the same of the gateway, with the time of now', async () => {
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

  it('while it is still being read shares the read', async () => {
    const { clock, connections, health } = setUp();
    connections.seed(clock.now(), ['alice']);
    const pages = jest.spyOn(connections, 'pages');
    const reports = await Promise.all([health(), health(), health()]);
    expect(reports.map(({ websocket }) => websocket.connections)).toEqual([1, 1, 1]);
    // Sixteen shards, once.
    expect(pages).toHaveBeenCalledTimes(16);
  });

  it('of a failure asks anew: only what was read is remembered', async () => {
    const { clock, connections, health } = setUp();
    connections.seed(clock.now(), ['alice']);
    connections.unreadable.add(7);
    await expect(health()).resolves.toMatchObject({ status: 'error' });
    connections.unreadable.clear();
    await expect(health()).resolves.toMatchObject({ status: 'ok', websocket: { connections: 1 } });
  });

  it('of a clock that was ahead, by the clock as it is now, asks anew', async () => {
    const { clock, connections, health } = setUp();
    await health();
    clock.advance(-3_600_000);
    connections.seed(clock.now(), ['alice']);
    await expect(health()).resolves.toMatchObject({ websocket: { connections: 1 } });
  });
});

describe('the census', () => {
  const write = async (
    connectionCounts: MemoryConnectionCountStore,
    takenAt: number,
    connections: number,
  ) => {
    await connectionCounts.write({ shard: 0, connections, users: 10, takenAt });
    await connectionCounts.write({ shard: 1, connections: 400, users: 5, takenAt });
  };

  it('is told from 1,000 connections on, without counting them', async () => {
    const { clock, connectionCounts, connections, health } = setUp();
    await write(connectionCounts, clock.now(), 600);
    for (let shard = 0; shard < 16; shard += 1) connections.unreadable.add(shard);
    await expect(health()).resolves.toMatchObject({
      websocket: { connections: 1000, connectedUsers: 15 },
    });
  });

  it('is not told below that: a small deployment is exact at once', async () => {
    const { clock, connectionCounts, connections, health } = setUp();
    await write(connectionCounts, clock.now(), 599);
    connections.seed(clock.now(), ['alice']);
    await expect(health()).resolves.toMatchObject({ websocket: { connections: 1 } });
  });

  it('is not told when no heartbeat has renewed it for long', async () => {
    const { clock, connectionCounts, health } = setUp();
    await write(connectionCounts, clock.now() - 18 * 60_000 - 1, 600);
    await expect(health()).resolves.toMatchObject({ websocket: { connections: 0 } });
  });
});
