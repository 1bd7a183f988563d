import { createWriteTimeline } from '#core/timeline/write-timeline';
import { MemoryTimelineStore, RecordingLog } from '#test/support/core/fakes';
import { agentEvent, sessionEvent } from '#test/support/data/events';

function setUp() {
  const timelines = new MemoryTimelineStore();
  const log = new RecordingLog();
  const counted: string[] = [];
  const writeTimeline = createWriteTimeline({
    ...{ timelines, log, timelineHours: 24, now: () => 1_000 },
    count: (what) => counted.push(what),
  });
  return { timelines, log, counted, writeTimeline };
}

it('writes the events of sessions, each with the time until which it is kept', async () => {
  const { timelines, writeTimeline } = setUp();
  await writeTimeline([agentEvent('a', 'online', 1), sessionEvent('a', 's', 'm', 2)], 'event-1');
  expect([...timelines.events.values()]).toEqual([
    { agentId: 'a', sessionId: 's', lastMessage: 'm', timestamp: 2, expiresAt: 86_401_000 },
  ]);
});

it('writes nothing without events of sessions', async () => {
  const { timelines, writeTimeline } = setUp();
  timelines.write = () => Promise.reject(new Error('there is nothing to write'));
  await expect(writeTimeline([agentEvent('a', 'online', 1)], 'event-1')).resolves.toBeUndefined();
});

it('logs and counts a failed write, and does not reject', async () => {
  const { timelines, log, counted, writeTimeline } = setUp();
  const error = new Error('the table is down');
  timelines.write = () => Promise.reject(error);
  await writeTimeline([sessionEvent('a', 's', 'm', 2)], 'event-1');
  expect(log.lines).toEqual([
    {
      level: 'error',
      message: 'timeline not written',
      fields: { eventId: 'event-1', events: 1, error },
    },
  ]);
  expect(counted).toEqual(['TimelineFailures']);
});
