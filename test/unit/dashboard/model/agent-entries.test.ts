// Agents with their sessions: order, object identity, and the maximum number of sessions.
import { createAgentEntries, keptSessions } from '#dashboard/page/model/agent-entries';
import { activityOf, statusOf } from '../../../support/data/agent-entries';

it('sorts agents by name, with numbers in numeric order', () => {
  const entries = createAgentEntries();
  for (const name of ['agent-10', 'agent-2', 'Agent-1']) entries.take(statusOf(name, 'online', 1));
  expect(entries.read().map(({ agentId }) => agentId)).toEqual(['Agent-1', 'agent-2', 'agent-10']);
});

it('has the status unknown for an agent with sessions only, until it reports a status', () => {
  const entries = createAgentEntries();
  entries.take(activityOf('a', 's', 'hello', 5));
  expect(entries.read()).toMatchObject([{ agentId: 'a', status: 'unknown', since: undefined }]);
  entries.take(statusOf('a', 'error', 7));
  expect(entries.read()).toMatchObject([{ status: 'error', since: 7, sessions: [{}] }]);
});

it('sorts sessions by their newest messages, the newest first', () => {
  const entries = createAgentEntries();
  entries.take(activityOf('a', 'one', 'first', 1));
  entries.take(activityOf('a', 'two', 'second', 2));
  entries.take(activityOf('a', 'one', 'third', 3));
  const [agent] = entries.read();
  expect(agent?.sessions.map(({ lastMessage }) => lastMessage)).toEqual(['third', 'second']);
});

it('returns the same objects for agents that have not changed', () => {
  const entries = createAgentEntries();
  entries.take(statusOf('a', 'online', 1));
  entries.take(statusOf('b', 'online', 1));
  const before = entries.read();
  expect(entries.read()).toBe(before);
  entries.take(statusOf('b', 'offline', 2));
  const after = entries.read();
  expect(after).not.toBe(before);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(before[1]?.status).toBe('online');
});

it('keeps only the newest sessions of an agent', () => {
  const entries = createAgentEntries();
  for (let index = 1; index <= keptSessions + 10; index += 1) {
    entries.take(activityOf('a', `session-${index}`, 'working', index));
  }
  const [agent] = entries.read();
  expect(agent?.sessions).toHaveLength(keptSessions);
  expect(agent?.sessions.at(-1)?.sessionId).toBe('session-11');
});
