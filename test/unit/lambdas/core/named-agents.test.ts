// The agents in the log lines of events that were not accepted.
import { namedAgents } from '#core/named-agents';

it('names each agent once, and at most three', () => {
  const payloads = ['a', 'b', 'a', 'c', 'd'].map((agentId) => ({ agentId, status: 'busy' }));
  expect(namedAgents(payloads)).toBe('a, b, c');
});

it.each([
  undefined,
  null,
  7,
  'text',
  {},
  { agentId: 7 },
  { agentId: '' },
  { agentId: 'é'.repeat(65) },
])('names no agent of %j, which has no id', (payload) => {
  expect(namedAgents([payload])).toBeUndefined();
  expect(namedAgents([payload, { agentId: 'é'.repeat(64) }])).toBe('é'.repeat(64));
});
