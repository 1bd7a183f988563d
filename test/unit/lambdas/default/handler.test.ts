import { createAnswer } from '../../../../lambdas/core/answer';
import { createHandler } from '../../../../lambdas/default/handler';
import { RecordingLog } from '../../../support/fakes';

const now = () => 1_707_163_200_000;
const requestContext = { connectionId: 'a=' };

test('answers a ping in the body of the response', async () => {
  const handler = createHandler({ answer: createAnswer({ now }), log: new RecordingLog() });
  await expect(handler({ body: '{"type":"ping"}', requestContext })).resolves.toEqual({
    statusCode: 200,
    body: '{"type":"pong","payload":{"timestamp":1707163200000}}',
  });
});

test('reads a binary message as text', async () => {
  const handler = createHandler({ answer: createAnswer({ now }), log: new RecordingLog() });
  const body = Buffer.from('{"type":"ping"}').toString('base64');
  const response = await handler({ body, isBase64Encoded: true, requestContext });
  expect(response.body).toContain('"pong"');
});

test.each([undefined, 'a secret', '{"type":"a secret"}'])(
  'answers %j with an error and logs the code, not the text',
  async (body) => {
    const log = new RecordingLog();
    const handler = createHandler({ answer: createAnswer({ now }), log });
    const response = await handler({ ...(body === undefined ? {} : { body }), requestContext });
    expect(response.body).toContain('"type":"error"');
    expect(log.lines).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  },
);
