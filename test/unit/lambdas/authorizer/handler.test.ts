// What API Gateway gets from the authorizer when the keys of the issuer cannot be had.
import { createHandler } from '../../../../lambdas/authorizer/handler';

test('without a verdict nobody gets in, and it is the operator who is told', async () => {
  const cause = new Error('fetch failed');
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const count = jest.fn();
  const handler = createHandler({ authorize: () => Promise.reject(cause), count, log });

  const answer = handler({ methodArn: 'arn', requestContext: { requestId: 'request-1' } });

  // Not `Unauthorized`: that would be a 401, as if the client were to blame.
  await expect(answer).rejects.toMatchObject({
    message: "No verdict: the token issuer's keys are unavailable",
    cause,
  });
  expect(log.error.mock.calls).toEqual([
    ['no verdict on a token', { code: 'keys_unavailable', requestId: 'request-1', error: cause }],
  ]);
  expect(log.warn).not.toHaveBeenCalled();
  // Counted, and not as refused: the alarm looks at the difference.
  expect(count.mock.calls).toEqual([[]]);
});
