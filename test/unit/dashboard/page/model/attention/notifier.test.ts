// Notifications of errors: which there are, when, and what they say.
import {
  notificationOf,
  notificationPace,
  notifyOfErrors,
  type ErrorNotification,
} from '#dashboard/page/model/attention/notifier';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { FakeTime } from '#test/support/client/client-harness';
import { timersOf } from '#test/support/client/timers';

function createHarness() {
  const time = new FakeTime();
  const client = createFakeMissionControl({ now: time.now });
  client.connect();
  const shown: ErrorNotification[] = [];
  const stop = notifyOfErrors(client, (each) => shown.push(each), timersOf(time));
  let timestamp = 0;
  const report = (
    agentId: string,
    status: 'online' | 'error',
    source: 'live' | 'snapshot' = 'live',
  ) => {
    timestamp += 1;
    client.emit({ type: 'agent:status', payload: { agentId, status, timestamp } }, { source });
  };
  const titles = () => shown.map(({ title }) => title);
  return { time, client, shown, titles, stop, report };
}

const { delayMilliseconds, gapMilliseconds } = notificationPace;

it('makes one notification of errors that come within some seconds', async () => {
  const { time, shown, report } = createHarness();
  report('a', 'error', 'snapshot');
  report('b', 'error');
  await time.pass(delayMilliseconds - 1);
  report('c', 'error');
  expect(shown).toEqual([]);
  await time.pass(1);
  expect(shown).toEqual([
    { title: '2 agents report an error', body: 'b, c. 3 agents in error.', agentId: undefined },
  ]);
});

it('keeps a distance from the notification before', async () => {
  const { time, titles, report } = createHarness();
  report('a', 'error');
  await time.pass(delayMilliseconds);
  for (const agentId of ['b', 'c']) {
    await time.pass(delayMilliseconds);
    report(agentId, 'error');
  }
  await time.pass(gapMilliseconds - 2 * delayMilliseconds - 1);
  expect(titles()).toEqual(['a reports an error']);
  await time.pass(1);
  expect(titles().slice(1)).toEqual(['2 agents report an error']);
});

it('makes none of an error that is over when the notification is due, nor of a snapshot', async () => {
  const { time, shown, report } = createHarness();
  report('a', 'error');
  report('a', 'online');
  report('b', 'error', 'snapshot');
  await time.pass(60_000);
  expect(shown).toEqual([]);
});

it('makes none after it was ended', async () => {
  const { time, shown, stop, report } = createHarness();
  report('a', 'error');
  stop();
  report('b', 'error');
  await time.pass(60_000);
  expect([shown, time.pending]).toEqual([[], 0]);
});

it.each([
  [['a'], 1, { title: 'a reports an error', body: '', agentId: 'a' }],
  [['a'], 2, { title: 'a reports an error', body: '2 agents in error.', agentId: 'a' }],
  [['a', 'b'], 2, { title: '2 agents report an error', body: 'a, b.', agentId: undefined }],
  [['x\u202Ey'], 1, { title: 'x‹U+202E›y reports an error', body: '', agentId: 'x\u202Ey' }],
])('words %j, of %i in error', (failed, inError, notification) => {
  expect(notificationOf(failed, inError)).toEqual(notification);
});
