// Lists invalid events of all kinds, with the faults that the protocol finds in them.
import { aliveForLimits, maxEventMessageBytes, parseReport, type Fault } from '#sdk/protocol';
import { maxIdBytes } from '#sdk/protocol/limits';

/** An invalid event, and everything that is wrong with it. */
export interface InvalidEvent {
  readonly type: string;
  readonly payload: unknown;
  readonly faults: readonly Fault[];
}

const timestamp = 1_707_163_200_000;
const status = { agentId: 'agent-abc-123', status: 'online', timestamp };
const activity = {
  agentId: 'agent-abc-123',
  sessionId: 'session-xyz-789',
  lastMessage: 'Processing user request...',
  timestamp,
};
const secrets = { agentId: 'a', lastMessage: ['secret'] };
const { min, max } = aliveForLimits;

const ids = [
  ...['', ' ', '\u200B\u2060\u3164', '\n\u00A0\u2800', '\u0000\u001F\u007F\u0085'],
  ...['ä'.repeat(maxIdBytes / 2 + 1), 'x'.repeat(maxIdBytes + 1), '\u200D'.repeat(maxIdBytes)],
  ...['a\uD800', '\uDC00', '\uDE00\uD83D', `${'x'.repeat(maxIdBytes)}\uDFFF`],
  ...[7, null, true, [], {}],
];

const timestamps = [
  ...[String(timestamp), '', 1.5, -1, -1.5, -(2 ** 53), 2 ** 53, Number.MAX_VALUE],
  ...[-Number.MAX_VALUE, null, true, [timestamp], {}],
];

const aliveForSeconds = [min - 1, max + 1, min + 0.5, -1, 0, 2 ** 53, '60', null, true, [60]];

const rejected: readonly (readonly [type: string, payload: unknown])[] = [
  ...ids.map((agentId) => ['agent:status', { ...status, agentId }] as const),
  ...ids.map((sessionId) => ['session:activity', { ...activity, sessionId }] as const),
  ...timestamps.map((value) => ['agent:status', { ...status, timestamp: value }] as const),
  ...['ONLINE', 'busy', '', 7, null, ['online']].map(
    (value) => ['agent:status', { ...status, status: value }] as const,
  ),
  ...[null, 7, [], {}].map(
    (lastMessage) => ['session:activity', { ...activity, lastMessage }] as const,
  ),
  ...aliveForSeconds.map(
    (value) => ['agent:status', { ...status, aliveForSeconds: value }] as const,
  ),
  ['agent:status', { ...status, status: 'offline', aliveForSeconds: 0 }],
  ['agent:status', { aliveForSeconds: 'x', timestamp: 'x', status: 'x', agentId: '' }],
  ['agent:status', {}],
  ['session:activity', {}],
  ['session:activity', secrets],
  ['session:activity', { agentId: 'a', lastMessage: 'm', timestamp }],
  ['session:activity', { ...activity, lastMessage: 'x'.repeat(maxEventMessageBytes) }],
  ...['text', null, 7, true, [activity], []].map((value) => ['session:activity', value] as const),
  ...[
    'heartbeat',
    'toString',
    '__proto__',
    'events:batch',
    'user:disconnect',
    'AGENT:STATUS',
    '',
  ].map((type) => [type, status] as const),
];

/** Returns the invalid events, with their faults in order. */
export function invalidEvents(): readonly InvalidEvent[] {
  return rejected.map(([type, payload]) => {
    const parsed = parseReport(type, payload);
    if (parsed.ok) throw new Error(`This ${type} event is valid: ${JSON.stringify(payload)}`);
    return { type, payload, faults: parsed.faults };
  });
}
