import {
  createEmfCensus,
  createEmfCount,
  createEmfHandshakes,
  createEmfMetrics,
} from '../../../../lambdas/aws/emf-metrics';

/** Keeps what is written to the log, until it is restored. */
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

test('writes one line of a fan-out: heartbeats apart from events, and one stage from another', () => {
  const { lines, restore } = captureOutput();
  try {
    createEmfMetrics('live').record('agent:status', {
      delivered: 5,
      gone: 1,
      failed: 0,
      retried: 2,
      requeued: 3,
      closed: 0,
      expired: 0,
      spared: 4,
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
        { Namespace: 'MissionControl', Dimensions: [['service', 'stage', 'frames']] },
      ],
    },
    service: 'fan-out',
    stage: 'live',
    frames: 'events',
    type: 'agent:status',
    Delivered: 5,
    Requeued: 3,
    Spared: 4,
    EventToLastDelivery: 120,
  });
});

test('counts one more for a function', () => {
  const { lines, restore } = captureOutput();
  createEmfCount('connect', 'live')('HandshakesLimited');
  restore();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      _aws: {
        CloudWatchMetrics: [{ Namespace: 'MissionControl', Dimensions: [['service', 'stage']] }],
      },
      service: 'connect',
      HandshakesLimited: 1,
    },
  ]);
});

test("counts a handshake for which the issuer's keys could not be had apart, and as none refused", () => {
  const { lines, restore } = captureOutput();
  createEmfHandshakes('live')('keys_unavailable');
  restore();
  const [line] = lines.map((text) => JSON.parse(text) as object);
  expect(line).toMatchObject({ HandshakesRefused: 0, KeysUnavailable: 1 });
  expect(line).not.toHaveProperty('reason');
});

test('counts a handshake by its reason and without it, and one that was let in as none refused', () => {
  const { lines, restore } = captureOutput();
  const count = createEmfHandshakes('live');
  count('token_expired');
  count();
  restore();
  const [all, byReason] = [
    ['service', 'stage'],
    ['service', 'stage', 'reason'],
  ];
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      _aws: { CloudWatchMetrics: [{ Dimensions: [all, byReason] }] },
      reason: 'token_expired',
      HandshakesRefused: 1,
    },
    { _aws: { CloudWatchMetrics: [{ Dimensions: [all] }] }, HandshakesRefused: 0 },
  ]);
});

test('draws connections and users', () => {
  const { lines, restore } = captureOutput();
  createEmfCensus('live')(5, 3);
  restore();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { service: 'census', stage: 'live', Connections: 5, Users: 3 },
  ]);
});
