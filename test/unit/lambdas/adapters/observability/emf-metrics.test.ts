import {
  createEmfConnectionCount,
  createEmfCount,
  createEmfMetrics,
} from '#adapters/observability/emf-metrics';
import { capturedLines } from '#test/support/adapters/captured-lines';

const numbers = {
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
  milliseconds: 40.25,
  postsPerSecond: 200,
};

const now = 1_764_280_000_000;

beforeEach(() => {
  jest.useFakeTimers({ now });
});

afterEach(() => {
  jest.useRealTimers();
});

/** A line with metrics, as CloudWatch reads it. */
const lineOf = (
  metrics: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, unknown>>,
  dimensions = ['service', 'stage'],
) => ({
  _aws: {
    Timestamp: now,
    CloudWatchMetrics: [
      {
        Namespace: 'MissionControl',
        Dimensions: [dimensions],
        Metrics: Object.entries(metrics).map(([Name, Unit]) => ({ Name, Unit })),
      },
    ],
  },
  ...fields,
});

const fanOutUnits = {
  Delivered: 'Count',
  Gone: 'Count',
  Lost: 'Count',
  Skipped: 'Count',
  Retried: 'Count',
  Requeued: 'Count',
  Closed: 'Count',
  RequeuedShards: 'Count',
  LostShards: 'Count',
  Superseded: 'Count',
  FanOutTime: 'Milliseconds',
  PostsPerSecond: 'Count/Second',
};

const fanOutValues = {
  Delivered: 5,
  Gone: 1,
  Lost: 0,
  Skipped: 4,
  Retried: 2,
  Requeued: 3,
  Closed: 0,
  RequeuedShards: 0,
  LostShards: 0,
  Superseded: 7,
  FanOutTime: 40.25,
  PostsPerSecond: 200,
};

const fanOutDimensions = ['service', 'stage', 'messages'];

it('writes a fan-out of events as one line, with the time to the last post', () => {
  const lines = capturedLines(() => {
    createEmfMetrics('live').record('agent:status', { ...numbers, ageMilliseconds: 120 });
  });
  expect(lines).toEqual([
    lineOf(
      { ...fanOutUnits, EventToLastPost: 'Milliseconds' },
      {
        ...{ service: 'fan-out', stage: 'live', messages: 'events', type: 'agent:status' },
        ...fanOutValues,
        EventToLastPost: 120,
      },
      fanOutDimensions,
    ),
  ]);
});

it('writes a heartbeat without an age with its own dimension, and without the time to the last post', () => {
  const lines = capturedLines(() => {
    createEmfMetrics('live').record('heartbeat', numbers);
  });
  expect(lines).toEqual([
    lineOf(
      fanOutUnits,
      {
        ...{ service: 'fan-out', stage: 'live', messages: 'heartbeats', type: 'heartbeat' },
        ...fanOutValues,
      },
      fanOutDimensions,
    ),
  ]);
});

it('counts 1 for a function, with the given fields in the line only', () => {
  const lines = capturedLines(() => {
    createEmfCount('connect', 'live')('HandshakesLimited', { connectionId: 'a=', userId: 'ann' });
  });
  expect(lines).toEqual([
    lineOf(
      { HandshakesLimited: 'Count' },
      {
        ...{ service: 'connect', stage: 'live', HandshakesLimited: 1 },
        ...{ connectionId: 'a=', userId: 'ann' },
      },
    ),
  ]);
});

it('counts many events with one line', () => {
  const lines = capturedLines(() => {
    createEmfCount('broadcast', 'live')('RejectedEvents', {}, 1_000);
  });
  expect(lines).toEqual([
    lineOf(
      { RejectedEvents: 'Count' },
      { service: 'broadcast', stage: 'live', RejectedEvents: 1_000 },
    ),
  ]);
});

it('writes nothing of one count into the line of the next one', () => {
  const count = createEmfCount('broadcast', 'live');
  const [, second] = capturedLines(() => {
    count('StaleEvents', { eventId: '1' }, 2);
    count('StateFailures');
  });
  expect(second).toEqual(
    lineOf({ StateFailures: 'Count' }, { service: 'broadcast', stage: 'live', StateFailures: 1 }),
  );
});

it('a field with the name of the metric or of a dimension does not replace it', () => {
  const about = { StaleEvents: 'many', service: 'other', stage: 'other', eventId: '1' };
  const lines = capturedLines(() => {
    createEmfCount('broadcast', 'live')('StaleEvents', about, 2);
  });
  expect(lines).toEqual([
    lineOf(
      { StaleEvents: 'Count' },
      { service: 'broadcast', stage: 'live', StaleEvents: 2, eventId: '1' },
    ),
  ]);
});

it('records the numbers of connections and users', () => {
  const lines = capturedLines(() => {
    createEmfConnectionCount('live')(5, 3);
  });
  expect(lines).toEqual([
    lineOf(
      { Connections: 'Count', Users: 'Count' },
      { service: 'connections', stage: 'live', Connections: 5, Users: 3 },
    ),
  ]);
});
