import { heartbeatMessage, messageOfEvent } from '#core/fan-out/outgoing-message';
import type { FanOutReport } from '#core/fan-out/fan-out';
import { agentEvent } from '#test/support/data/events';
import { createFanOutHarness } from '#test/support/core/fan-out';

const online = (timestamp: number) => messageOfEvent(agentEvent('a', 'online', timestamp));

const ended: FanOutReport = {
  delivered: 5,
  gone: 1,
  lost: 2,
  posts: 9,
  retried: 3,
  expired: 4,
  skipped: 7,
  filtered: 8,
  requeued: 6,
  closed: 1,
  requeuedShards: 1,
  lostShards: 0,
  milliseconds: 40,
  postsPerSecond: 225,
  connectionCounts: [],
};

it('logs a fan-out as one line, and records the same numbers as metrics', () => {
  const { now, log, recorded, report } = createFanOutHarness();
  const [older, newer] = [now() - 120, now() - 20];
  const messages = [online(newer), online(older)];
  report({ messages, eventId: 'event-1', superseded: 3 }, ended);
  const { connectionCounts, ...rest } = ended;
  const counts = { events: 2, superseded: 3, ...rest };
  expect(connectionCounts).toEqual([]);
  expect(log.lines).toEqual([
    {
      level: 'info',
      message: 'fan-out',
      fields: { type: 'agent:status', eventId: 'event-1', ...counts, ageMilliseconds: 120 },
    },
  ]);
  expect(recorded).toEqual([
    { type: 'agent:status', numbers: { ...counts, ageMilliseconds: 120 } },
  ]);
});

it('omits the age of the events for stragglers', () => {
  const { log, recorded, report } = createFanOutHarness();
  report({ messages: [online(0)], isLate: true }, ended);
  expect(log.lines[0]?.fields).not.toHaveProperty('ageMilliseconds');
  expect(recorded[0]?.numbers).not.toHaveProperty('ageMilliseconds');
});

it('ignores the heartbeat in the age of events that are sent with it', () => {
  const { now, log, report } = createFanOutHarness();
  report({ messages: [heartbeatMessage(now() - 900), online(now() - 20)] }, ended);
  expect(log.lines[0]?.fields).toMatchObject({ type: 'mixed', events: 1, ageMilliseconds: 20 });
});

it('adds the connection counts to the line of a heartbeat', () => {
  const { now, log, report } = createFanOutHarness();
  const takenAt = now();
  const connectionCounts = [
    { shard: 0, connections: 3, users: 2, takenAt },
    { shard: 1, connections: 4, users: 1, takenAt },
  ];
  report({ messages: [heartbeatMessage(now())] }, { ...ended, connectionCounts });
  expect(log.lines[0]?.fields).toMatchObject({
    type: 'heartbeat',
    events: 0,
    connections: 7,
    users: 3,
  });
});
