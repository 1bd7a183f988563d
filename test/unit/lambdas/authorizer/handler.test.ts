// What API Gateway gets from the authorizer when the keys of the issuer cannot be had.
import { createHandler } from '../../../../lambdas/authorizer/handler';
import { KeysUnavailableError } from '../../../../lambdas/core/no-verdict';

test.each([
  [
    'the keys cannot be had',
    new KeysUnavailableError('fetch failed'),
    'keys_unavailable',
    ['keys_unavailable'],
  ],
  ['something is wrong with us', new TypeError('x is undefined'), 'unexpected_error', []],
])('when %s nobody gets in, and the operator is told so', async (_what, cause, code, counted) => {
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const count = jest.fn();
  const handler = createHandler({ authorize: () => Promise.reject(cause), count, log });

  const answer = handler({ methodArn: 'arn', requestContext: { requestId: 'request-1' } });

  // Not `Unauthorized`: that would be a 401, as if the client were to blame.
  await expect(answer).rejects.toMatchObject({
    message: `No verdict: ${code}`,
    cause,
  });
  expect(log.error.mock.calls).toEqual([
    ['no verdict on a token', { code, requestId: 'request-1', error: cause }],
  ]);
  expect(log.warn).not.toHaveBeenCalled();
  // Counted, and not as refused: the alarms look at the difference, and at the issuer's part in it.
  expect(count.mock.calls).toEqual([counted]);
});
