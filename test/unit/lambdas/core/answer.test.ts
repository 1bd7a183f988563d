import fc from 'fast-check';
import { createAnswer } from '../../../../lambdas/core/answer';
import { parseServerFrame, serializeFrame } from '../../../../sdk/protocol';

const answer = createAnswer({ now: () => 1_707_163_200_000 });

test.each(['{"type":"ping"}', ' {"type":"ping","payload":{}} ', '{"type":"ping","extra":1}'])(
  'answers %s with a pong',
  (text) => {
    expect(answer(text)).toEqual({ type: 'pong', payload: { timestamp: 1_707_163_200_000 } });
  },
);

test.each([
  ['', 'invalid_json'],
  ['hello', 'invalid_json'],
  ['{"type":"ping"', 'invalid_json'],
  ['\u0000\uFFFD', 'invalid_json'],
  ['[]', 'invalid_frame'],
  ['null', 'invalid_frame'],
  ['"ping"', 'invalid_frame'],
  ['{}', 'invalid_frame'],
  ['{"type":1}', 'invalid_frame'],
  ['{"type":"agent:status","payload":{}}', 'unknown_type'],
  ['{"type":"__proto__"}', 'unknown_type'],
  ['{"type":"constructor"}', 'unknown_type'],
  ['['.repeat(15_000) + ']'.repeat(15_000), 'invalid_frame'],
])('answers %.40s with the error %s', (text, code) => {
  expect(answer(text)).toMatchObject({ type: 'error', payload: { code } });
});

test('answers anything at all with one documented frame, and never throws', () => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.jsonValue().map(String));
  fc.assert(
    fc.property(texts, (text) => {
      const frame = answer(text);
      expect(['pong', 'error']).toContain(frame.type);
      expect(parseServerFrame(serializeFrame(frame))).toEqual({ ok: true, value: frame });
    }),
  );
});
