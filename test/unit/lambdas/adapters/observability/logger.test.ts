import fc from 'fast-check';
import { createLog } from '#adapters/observability/logger';
import { capturedLines } from '#test/support/adapters/captured-lines';

const log = createLog('broadcast');
const trace = 'Root=1-6b066b26-bc94c5bc332c729dfe08c976;Parent=53995c3f42cd8ad8;Sampled=1';
const common = { timestamp: '2026-02-05T21:50:00.000Z', service: 'broadcast' };

beforeEach(() => {
  jest.useFakeTimers({ now: new Date(common.timestamp) });
});

afterEach(() => {
  jest.useRealTimers();
  delete process.env['_X_AMZN_TRACE_ID'];
});

/** The fields of the line that is written for a thrown value. */
function lineFor(error: unknown): Readonly<Record<string, unknown>> {
  const [line = {}] = capturedLines(() => {
    log.error('state not read', { connectionId: 'a=', error });
  });
  return line;
}

it('writes each line with its level, the time, the function and the fields that are set', () => {
  const lines = capturedLines(() => {
    log.info('connected', { connectionId: 'a=', userId: 'ann' });
    log.warn('late heartbeat dropped', { lateMilliseconds: 1.5 });
    log.error('state not read', { connectionId: 'a=', error: undefined });
    log.info('connected');
  });
  expect(lines).toEqual([
    { ...common, level: 'INFO', message: 'connected', connectionId: 'a=', userId: 'ann' },
    { ...common, level: 'WARN', message: 'late heartbeat dropped', lateMilliseconds: 1.5 },
    { ...common, level: 'ERROR', message: 'state not read', connectionId: 'a=' },
    { ...common, level: 'INFO', message: 'connected' },
  ]);
});

it('writes the id of the trace of each invocation', () => {
  const lines = capturedLines(() => {
    process.env['_X_AMZN_TRACE_ID'] = trace;
    log.info('connected');
    process.env['_X_AMZN_TRACE_ID'] = trace.replace('1-6b', '1-6c');
    log.info('connected');
  });
  expect(lines.map((line) => line['xray_trace_id'])).toEqual([
    '1-6b066b26-bc94c5bc332c729dfe08c976',
    '1-6c066b26-bc94c5bc332c729dfe08c976',
  ]);
});

it('writes an error with its stack and its cause', () => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const error = new TypeError('not read', { cause });
  expect(lineFor(error)['error']).toEqual({
    ...{ name: 'TypeError', message: 'not read', stack: error.stack },
    cause: { name: 'Error', message: 'refused', stack: cause.stack, code: 'ECONNREFUSED' },
  });
});

it('writes the status and the request id of an error of AWS', () => {
  const $metadata = { httpStatusCode: 400, requestId: 'r1' };
  const error = Object.assign(new Error('too fast'), { name: 'ThrottlingException', $metadata });
  expect(lineFor(error)['error']).toEqual({
    ...{ name: 'ThrottlingException', message: 'too fast', stack: error.stack, $metadata },
  });
});

it('writes no data that an error has, nor that of its cause', () => {
  const data = { Item: { lastMessage: { S: 'secret' } }, payload: { email: 'secret' } };
  const error = new Error('unmet', { cause: Object.assign(new Error('expired'), data) });
  expect(JSON.stringify(lineFor(Object.assign(error, data)))).not.toContain('secret');
});

it('writes a thrown text as it is', () => {
  expect(lineFor('no answer')['error']).toBe('no answer');
});

it('ends the causes of an error that is its own cause', () => {
  const error = new Error('again');
  error.cause = error;
  expect(JSON.stringify(lineFor(error)).match(/"again"/g)?.length).toBe(6);
});

const unreadable = {
  get message(): string {
    throw new Error('not readable');
  },
};
const circular: Record<string, unknown> = {};
circular['message'] = circular;

it.each([
  ['a number too large for JSON', 12n],
  ['an error with a property that throws', unreadable],
  ['an error that contains itself', circular],
])('writes a line without its fields, rather than to throw, for %s', (_, thrown) => {
  expect(lineFor(thrown)).toEqual({
    ...common,
    ...{ level: 'ERROR', message: 'state not read' },
    error: { message: 'The fields of this line cannot be written.' },
  });
});

it('writes one line, and never throws, whatever was thrown and whatever characters the fields have', () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }),
      fc.string({ unit: 'binary' }),
      (error, connectionId) => {
        const lines = capturedLines(() => {
          log.error('state not read', { connectionId, error });
        });
        expect(lines).toMatchObject([{ ...common, message: 'state not read' }]);
      },
    ),
  );
});
