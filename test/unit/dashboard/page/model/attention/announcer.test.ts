// Announcements for screen readers: important changes only, and not too often.
import { announceChanges, announcementPace } from '#dashboard/page/model/attention/announcer';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { FakeTime } from '#test/support/client/client-harness';
import { timersOf } from '#test/support/client/timers';

function createHarness() {
  const time = new FakeTime();
  const client = createFakeMissionControl({ now: time.now });
  const announced: string[] = [];
  const stop = announceChanges(client, (text) => announced.push(text), timersOf(time));
  let timestamp = 0;
  const report = (status: 'online' | 'error', ...agentIds: string[]) => {
    timestamp += 1;
    for (const agentId of agentIds)
      client.emit({ type: 'agent:status', payload: { agentId, status, timestamp } });
  };
  const later = () => time.pass(announcementPace.gapMilliseconds);
  return { time, client, announced, stop, report, later };
}

it('announces the first change at once, and later ones together, without those that were reverted', async () => {
  const { client, announced, report, later } = createHarness();
  client.connect();
  report('error', 'a');
  report('error', 'b', 'c');
  report('online', 'b');
  expect(announced).toEqual(['Connected.']);
  await later();
  expect(announced.slice(1)).toEqual(['a, c report an error.']);
});

it('names at most three of the agents that begin to report an error', async () => {
  const { client, announced, report, later } = createHarness();
  client.connect();
  await later();
  report('error', 'a');
  await later();
  report('error', 'b', 'c', 'd', 'e', 'f');
  await later();
  expect(announced.slice(1)).toEqual([
    'a reports an error.',
    'b reports an error.',
    'c, d, e and 1 more report an error.',
  ]);
});

it('does not announce errors of a snapshot', async () => {
  const { client, announced, later } = createHarness();
  client.connect();
  const payload = { agentId: 'a', status: 'error', timestamp: 1 } as const;
  client.emit({ type: 'agent:status', payload }, { source: 'snapshot' });
  await later();
  expect(announced).toEqual(['Connected.']);
});

it('announces the state of the connection without the countdown, and repeated failed attempts once', async () => {
  const { client, announced, later } = createHarness();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    client.disconnect();
    await later();
    client.reconnect();
    await later();
  }
  expect(announced).toEqual(['Waiting. The server cannot be reached.']);
});

it('announces which agents are visible if they are not all, and each change of that, but no repetition', async () => {
  const { client, announced, later } = createHarness();
  client.setConnection({ state: 'connected', visibleAgents: ['team-a/*'] });
  await later();
  client.disconnect();
  await later();
  client.setConnection({ state: 'connected', visibleAgents: ['team-a/*'] });
  await later();
  client.setConnection({ visibleAgents: [] });
  await later();
  client.setConnection({ visibleAgents: undefined });
  await later();
  expect(announced).toEqual([
    'Connected. You see agents: team-a/*.',
    'Waiting. The server cannot be reached.',
    'Connected.',
    'You see no agents.',
    'You see all agents.',
  ]);
});

it('announces agents that become visible while there is no connection only when there is one', async () => {
  const { client, announced, later } = createHarness();
  client.disconnect();
  await later();
  client.subscribe(['team-a/*']);
  await later();
  client.connect();
  await later();
  expect(announced).toEqual([
    'Waiting. The server cannot be reached.',
    'Connected. You see agents: team-a/*.',
  ]);
});

it('announces nothing after it was ended', async () => {
  const { client, announced, stop, report, later, time } = createHarness();
  client.connect();
  report('error', 'a');
  stop();
  client.disconnect();
  await later();
  expect([announced, time.pending]).toEqual([['Connected.'], 0]);
});
