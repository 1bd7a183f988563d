// What a backend reports beside the event: the time to live of the agent.
import { detailOf, parseEvent, parseReport } from '#sdk/protocol';

const status = { agentId: 'agent-abc-123', status: 'online', timestamp: 1_707_163_200_000 };
const event = { type: 'agent:status', payload: status };

it.each([10, 60, 86_400])('returns a time to live of %d s beside the event', (aliveForSeconds) => {
  const detail = { ...status, aliveForSeconds };
  const parsed = parseReport('agent:status', detail);
  expect(parsed).toEqual({ ok: true, value: { event, aliveForSeconds } });
  expect(parsed.ok && JSON.stringify(parsed.value.event)).toBe(JSON.stringify(event));
  expect(parsed.ok && detailOf(parsed.value)).toEqual(detail);
  expect(parseEvent('agent:status', detail)).toEqual({ ok: true, value: event });
});

it('returns no time to live if there is none', () => {
  for (const detail of [status, { ...status, aliveForSeconds: undefined }]) {
    const parsed = parseReport('agent:status', detail);
    expect(parsed.ok && Object.keys(parsed.value)).toEqual(['event']);
    expect(parsed.ok && detailOf(parsed.value)).toEqual(status);
  }
});

it.each([9, 86_401, 9.5, -60, 0, NaN, Infinity, '60', null, true, [60]])(
  'refuses the time to live %j, with one fault',
  (aliveForSeconds) => {
    const faults = [{ path: 'aliveForSeconds', problem: 'must be an integer from 10 to 86400' }];
    const detail = { ...status, aliveForSeconds };
    expect(parseReport('agent:status', detail)).toEqual({ ok: false, faults });
    expect(parseEvent('agent:status', detail)).toEqual({ ok: false, faults });
    const offline = { ...detail, status: 'offline' };
    expect(parseReport('agent:status', offline)).toEqual({ ok: false, faults });
  },
);

it('lists the faults of the event before that of the time to live', () => {
  const parsed = parseReport('agent:status', { status: 'busy', aliveForSeconds: 1 });
  expect(!parsed.ok && parsed.faults.map(({ path }) => path)).toEqual([
    ...['agentId', 'status', 'timestamp', 'aliveForSeconds'],
  ]);
});

it('ignores the time to live of an agent that is offline', () => {
  const offline = { ...status, status: 'offline' };
  expect(parseReport('agent:status', { ...offline, aliveForSeconds: 60 })).toEqual({
    ok: true,
    value: { event: { type: 'agent:status', payload: offline } },
  });
});

it('drops the key from events of other types, whatever it is', () => {
  const activity = { agentId: 'a', sessionId: 's', lastMessage: 'm', timestamp: 1 };
  expect(parseReport('session:activity', { ...activity, aliveForSeconds: 'x' })).toEqual({
    ok: true,
    value: { event: { type: 'session:activity', payload: activity } },
  });
});

it('does not count the time to live for the size of the message', () => {
  const detail = { ...status, aliveForSeconds: 60, extra: 'x'.repeat(40_000) };
  expect(parseReport('agent:status', detail).ok).toBe(true);
});
