import { createMockAgents } from '#core/mock-agents';
import { parseEvent } from '#sdk/protocol';
import { RecordingLog } from '#test/support/core/fakes';

it('reports valid events of both types through the reporter, for less than a minute', async () => {
  const events: { type: string; payload: unknown }[] = [];
  const pauses: number[] = [];
  let seed = 0;
  await createMockAgents({
    reporter: {
      broadcastAgentStatus: async (agentId, status) => {
        events.push({ type: 'agent:status', payload: { agentId, status, timestamp: 1 } });
        return Promise.resolve();
      },
      broadcastSessionActivity: async (agentId, sessionId, lastMessage) => {
        const payload = { agentId, sessionId, lastMessage, timestamp: 1 };
        events.push({ type: 'session:activity', payload });
        return Promise.resolve();
      },
    },
    random: () => (seed = (seed + 0.37) % 1),
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    log: new RecordingLog(),
  })();
  expect(events.map(({ type, payload }) => parseEvent(type, payload).ok)).not.toContain(false);
  expect(new Set(events.map(({ type }) => type)).size).toBe(2);
  expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(60_000);
  expect(pauses).toHaveLength(9);
});
