import {
  createEmfConnectionCount,
  createEmfCount,
  createEmfMetrics,
} from '#adapters/observability/emf-metrics';

/** Captures the lines written to stdout until `restore` is called. */
function captureOutput() {
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  return {
    lines,
    restore: () => {
      write.mockRestore();
    },
  };
}

it('writes a fan-out as one line, with dimensions for the stage, and for events or heartbeats', () => {
  const { lines, restore } = captureOutput();
  try {
    createEmfMetrics('live').record('agent:status', {
      events: 3,
      superseded: 7,
      posts: 9,
      delivered: 5,
      gone: 1,
      lost: 0,
      retried: 2,
      requeued: 3,
      closed: 0,
      expired: 0,
      skipped: 4,
      filtered: 6,
      requeuedShards: 0,
      lostShards: 0,
      milliseconds: 40,
      postsPerSecond: 200,
      ageMilliseconds: 120,
    });
  } finally {
    restore();
  }
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    _aws: {
      CloudWatchMetrics: [
        { Namespace: 'MissionControl', Dimensions: [['service', 'stage', 'messages']] },
      ],
    },
    service: 'fan-out',
    stage: 'live',
    messages: 'events',
    type: 'agent:status',
    Delivered: 5,
    Requeued: 3,
    Skipped: 4,
    Superseded: 7,
    EventToLastPost: 120,
  });
});

it('counts 1 for a function, with the given properties', () => {
  const { lines, restore } = captureOutput();
  createEmfCount('connect', 'live')('HandshakesLimited', { connectionId: 'a=', userId: 'ann' });
  restore();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      _aws: {
        CloudWatchMetrics: [{ Namespace: 'MissionControl', Dimensions: [['service', 'stage']] }],
      },
      service: 'connect',
      HandshakesLimited: 1,
      // Properties of the log line, not dimensions.
      connectionId: 'a=',
      userId: 'ann',
    },
  ]);
});

it('counts many events with one line', () => {
  const { lines, restore } = captureOutput();
  createEmfCount('broadcast', 'live')('RejectedEvents', {}, 1_000);
  restore();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { service: 'broadcast', RejectedEvents: 1_000 },
  ]);
});

it('records the numbers of connections and users', () => {
  const { lines, restore } = captureOutput();
  createEmfConnectionCount('live')(5, 3);
  restore();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { service: 'connections', stage: 'live', Connections: 5, Users: 3 },
  ]);
});
