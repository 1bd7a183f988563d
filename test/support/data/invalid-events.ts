// Invalid events of every kind, each with what makes it invalid: the same are rejected on the event bus and over HTTPS.
import { maxEventMessageBytes, maxIdBytes } from '#sdk/protocol';

const status = { agentId: 'agent-abc-123', status: 'online', timestamp: 1_707_163_200_000 };
const activity = {
  agentId: 'agent-abc-123',
  sessionId: 'session-xyz-789',
  lastMessage: 'Processing user request...',
  timestamp: 1_707_163_200_000,
};

/** Invalid payloads by event type, each with the path of a fault. */
export const invalidEvents: [type: string, payload: unknown, path: string][] = [
  ['agent:status', { ...status, status: 'ONLINE' }, 'status'],
  ['agent:status', { ...status, agentId: '' }, 'agentId'],
  ['agent:status', { ...status, agentId: 7 }, 'agentId'],
  ['agent:status', { ...status, agentId: ' ' }, 'agentId'],
  ['agent:status', { ...status, agentId: '\u200B\u2060\u3164' }, 'agentId'],
  ['session:activity', { ...activity, sessionId: '\n\u00A0\u2800' }, 'sessionId'],
  ['agent:status', { ...status, agentId: 'ä'.repeat(maxIdBytes / 2 + 1) }, 'agentId'],
  ['agent:status', { ...status, timestamp: '1707163200000' }, 'timestamp'],
  ['agent:status', { ...status, timestamp: 1.5 }, 'timestamp'],
  ['agent:status', { ...status, timestamp: -1 }, 'timestamp'],
  ['agent:status', { ...status, timestamp: Number.MAX_VALUE }, 'timestamp'],
  ['agent:status', { ...status, timestamp: null }, 'timestamp'],
  ['session:activity', { ...activity, lastMessage: null }, 'lastMessage'],
  ['session:activity', { ...activity, sessionId: undefined }, 'sessionId'],
  ['session:activity', { ...activity, lastMessage: 'x'.repeat(maxEventMessageBytes) }, ''],
  ['session:activity', 'text', ''],
  ['session:activity', [activity], 'agentId'],
  ['agent:status', {}, 'status'],
  ['agent:status', { ...status, aliveForSeconds: 9 }, 'aliveForSeconds'],
  ['agent:status', { ...status, aliveForSeconds: '60' }, 'aliveForSeconds'],
];
