// Schedules run at once and then at their rate, also after late timers and after the machine slept.
import {
  parseRate,
  runSchedule,
  type Lateness,
  type ScheduledCall,
} from '#local/aws/scheduler/schedule';
import { fakeTimers } from '#test/support/local/fake-timers';

it.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
  ['rate(0 minutes)', undefined],
  ['rate(1.5 minutes)', undefined],
  ['cron(0 12 * * ? *)', undefined],
  ['at(2026-01-01T00:00:00)', undefined],
])('reads %s as %s ms', (expression, milliseconds) => {
  expect(parseRate(expression)).toBe(milliseconds);
});

function setUp(input = '"<aws.scheduler.scheduled-time>"', lateness?: Lateness) {
  const timers = fakeTimers();
  const events: unknown[] = [];
  const stop = runSchedule({
    ...{ name: 'each-minute', arn: 'arn:schedule' },
    intervalMilliseconds: 60_000,
    input,
    timers,
    lateness,
    invoke: (event) => events.push(event),
  });
  return { timers, events, stop };
}

it('runs at once, then every minute', async () => {
  const { timers, events } = setUp();
  expect(events).toEqual(['2026-01-31T12:00:00Z']);
  await timers.advance(120_000);
  expect(events).toEqual(['2026-01-31T12:00:00Z', '2026-01-31T12:01:00Z', '2026-01-31T12:02:00Z']);
});

it('keeps the times of later runs after a late timer', async () => {
  const timers = fakeTimers();
  const start = timers.now();
  const seconds: number[] = [];
  const punctual = timers.after.bind(timers);
  let late = 700;
  timers.after = (milliseconds, task) => punctual(milliseconds + late, task);
  runSchedule({
    ...{ name: 'each-minute', arn: 'arn:schedule' },
    intervalMilliseconds: 60_000,
    input: '{}',
    timers,
    invoke: () => seconds.push((timers.now() - start) / 1000),
  });
  late = 0;
  await timers.advance(180_000);
  expect(seconds).toEqual([0, 60.7, 120, 180]);
});

it('skips the runs that were missed while the machine slept', () => {
  const timers = fakeTimers();
  const waiting: (() => void)[] = [];
  let now = timers.now();
  const events: unknown[] = [];
  runSchedule({
    ...{ name: 'each-minute', arn: 'arn:schedule' },
    intervalMilliseconds: 60_000,
    input: '"<aws.scheduler.scheduled-time>"',
    timers: {
      now: () => now,
      after: (_, task) => {
        waiting.push(task);
        return () => undefined;
      },
    },
    invoke: (event) => events.push(event),
  });
  now += 10.5 * 60_000;
  waiting.shift()?.();
  waiting.shift()?.();
  expect(events).toEqual(['2026-01-31T12:00:00Z', '2026-01-31T12:01:00Z', '2026-01-31T12:11:00Z']);
});

it('replaces context attributes', () => {
  const { events } = setUp(
    '{"arn":"<aws.scheduler.schedule-arn>","id":"<aws.scheduler.execution-id>","n":"<aws.scheduler.attempt-number>","x":"<aws.scheduler.other>"}',
  );
  expect(events).toEqual([
    {
      arn: 'arn:schedule',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      n: '1',
      x: '<aws.scheduler.other>',
    },
  ]);
});

it('stops running and leaves no timer after it is stopped', async () => {
  const { timers, events, stop } = setUp();
  await timers.advance(60_000);
  stop();
  await timers.advance(600_000);
  expect(events).toHaveLength(2);
  expect(timers.pending).toBe(0);
});

describe('calls that a test delays or drops', () => {
  it('run later by the given time, or never, and do not change the time of the others', async () => {
    const calls: ScheduledCall[] = [];
    const { timers, events } = setUp('"<aws.scheduler.scheduled-time>"', (call) => {
      calls.push(call);
      return [0, 'lost' as const, 90_000, 0][call.number] ?? 0;
    });
    const start = timers.now();
    await timers.advance(209_999);
    expect(events).toEqual(['2026-01-31T12:00:00Z', '2026-01-31T12:03:00Z']);
    await timers.advance(1);
    expect(events.at(-1)).toBe('2026-01-31T12:02:00Z');
    expect(calls).toEqual(
      [0, 1, 2, 3].map((number) => ({
        ...{ schedule: 'each-minute', number },
        scheduledAt: start + number * 60_000,
      })),
    );
  });

  it('do not run after the schedule is stopped', async () => {
    const { timers, events, stop } = setUp('{}', () => 30_000);
    stop();
    await timers.advance(600_000);
    expect([events.length, timers.pending]).toEqual([0, 0]);
  });
});
