// Which lines of the functions' logs are printed, and in what format.
import { compactLine } from '#local/commands/compact-log';

const line = (text: string, stream: 'stdout' | 'stderr' = 'stdout') => ({
  source: 'mission-control-authorizer',
  stream,
  text,
});

const entry = (fields: object) =>
  line(
    JSON.stringify({
      timestamp: '2026-02-05T21:50:00.000Z',
      xray_trace_id: '1-2-3',
      service: 'authorizer',
      ...fields,
    }),
  );

it.each([
  [
    entry({ level: 'WARN', message: 'token refused', code: 'token_expired', count: 2 }),
    'WARN authorizer: token refused, code=token_expired, count=2',
  ],
  [
    entry({
      level: 'ERROR',
      message: 'no',
      error: { name: 'TypeError', message: 'x', stack: 'y' },
    }),
    'ERROR authorizer: no, error=TypeError: x',
  ],
  [line('{"level":"ERROR"}'), 'ERROR mission-control-authorizer: '],
  [
    entry({
      level: 'ERROR',
      message: { errorType: 'TypeError', errorMessage: 'x', stackTrace: [] },
    }),
    'ERROR mission-control-authorizer: TypeError: x',
  ],
  [
    entry({ level: 'ERROR', message: { code: 'token_expired', place: 'header', stage: 'live' } }),
    'ERROR mission-control-authorizer: handshake refused, code=token_expired, place=header',
  ],
  [
    entry({ level: 'ERROR', message: { code: 'token_missing', stage: 'live' } }),
    'ERROR mission-control-authorizer: handshake refused, code=token_missing',
  ],
  [
    entry({ level: 'ERROR', message: { code: 'scope_missing', place: 'query', stage: 'live' } }),
    "ERROR mission-control-authorizer: handshake refused, code=scope_missing, place=query, the token needs the claim that --scope-claim names, e.g. for --scope-claim agents: npm run -s token -- --claim agents='team-a/*'",
  ],
  [
    entry({ level: 'WARN', message: 'event rejected', agentIds: 'agent-1, a\u001B[2J' }),
    'WARN authorizer: event rejected, agentIds=agent-1, a‹U+001B›[2J',
  ],
  [line('plain trouble', 'stderr'), 'mission-control-authorizer: plain trouble'],
])('writes %j as %s', (given, text) => {
  expect(compactLine(given)).toBe(text);
});

it.each([
  entry({ level: 'INFO', message: 'connected' }),
  entry({ level: 'DEBUG', message: 'x' }),
  line('{"_aws":{"CloudWatchMetrics":[]},"delivered":1}'),
  line('plain output'),
  line('', 'stderr'),
])('omits %j, which only --verbose prints', (given) => {
  expect(compactLine(given)).toBeUndefined();
});

it('shortens values that are too long for a terminal', () => {
  const text = compactLine(entry({ level: 'WARN', message: 'm', long: 'x'.repeat(10_000) }));
  expect(text?.length).toBeLessThan(400);
  expect(compactLine(line('{"level": broken', 'stderr'))).toContain('{"level": broken');
});
