// Agents that begin to report an error.
import { collectFailures, nameList } from '#dashboard/page/model/attention/failures';
import { createFakeMissionControl } from '#sdk/client/testing/index';

type Status = 'online' | 'offline' | 'error';

function createHarness() {
  const client = createFakeMissionControl();
  client.connect();
  const failed = jest.fn();
  const failures = collectFailures(client, failed);
  let timestamp = 0;
  const report = (agentId: string, status: Status, source: 'live' | 'snapshot' = 'live') => {
    timestamp += 1;
    client.emit({ type: 'agent:status', payload: { agentId, status, timestamp } }, { source });
  };
  return { client, failed, failures, report };
}

it('collects agents that begin to report an error, each once until they are taken', () => {
  const { failures, failed, report } = createHarness();
  report('a', 'error');
  report('b', 'online');
  report('b', 'error');
  report('b', 'online');
  report('b', 'error');
  expect(failures.take()).toEqual(['a', 'b']);
  expect(failed).toHaveBeenCalledTimes(3);
  expect(failures.take()).toEqual([]);
});

it('collects neither errors of a snapshot nor repeated reports of an error', () => {
  const { failures, failed, report } = createHarness();
  report('a', 'error', 'snapshot');
  report('a', 'error');
  expect([failures.take(), failed.mock.calls]).toEqual([[], []]);
});

it('leaves out agents that have recovered, or are no longer visible', () => {
  const { client, failures, report } = createHarness();
  for (const agentId of ['a/1', 'a/2', 'b/1']) report(agentId, 'error');
  report('a/1', 'online');
  client.setConnection({ visibleAgents: ['a/*'] });
  expect(failures.take()).toEqual(['a/2']);
});

it('collects nothing after it was stopped', () => {
  const { failures, failed, report } = createHarness();
  failures.stop();
  report('a', 'error');
  expect([failures.take(), failed.mock.calls]).toEqual([[], []]);
});

it.each([
  [['a'], 'a'],
  [['a', 'b', 'c'], 'a, b, c'],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
  [['pay\u202Eload'], 'pay‹U+202E›load'],
])('names %j as %j', (agentIds, names) => {
  expect(nameList(agentIds)).toBe(names);
});
