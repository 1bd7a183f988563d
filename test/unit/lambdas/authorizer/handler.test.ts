// What API Gateway gets from the authorizer when the keys of the issuer cannot be had.
import { createHandler } from '#lambdas/authorizer/handler';
import { KeysUnavailableError } from '#core/auth/no-verdict';

it.each([
  [
    'the keys cannot be had',
    new KeysUnavailableError('fetch failed'),
    'keys_unavailable',
    ['KeysUnavailable'],
  ],
  ['something is wrong with us', new TypeError('x is undefined'), 'unexpected_error', []],
])('when %s nobody gets in, and the operator is told so', async (_what, cause, code, counted) => {
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const count = jest.fn();
  const handler = createHandler({
    authorize: () => Promise.reject(cause),
    source: { service: 'authorizer', stage: 'live' },
    count,
    log,
  });

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
  // Counted apart: the alarms look at the difference, and at the issuer's part in it.
  expect(count.mock.calls).toEqual(counted.map((name) => [name]));
});

it('a refused handshake is one short line: what Lambda logs of the error that is thrown', async () => {
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const count = jest.fn();
  const refusal = { ok: false, code: 'token_not_yet_valid', place: 'authorization' } as const;
  const handler = createHandler({
    authorize: () => Promise.resolve(refusal),
    source: { service: 'authorizer', stage: 'live' },
    count,
    log,
  });
  const requestContext = { requestId: 'aBcDeFgHoAMFcVQ=' };
  const error: unknown = await handler({ methodArn: 'arn', requestContext }).catch(
    (e: unknown) => e,
  );

  expect(error).toBeInstanceOf(Error);
  // API Gateway compares the message; and where there is no text as the stack, the runtime tells it another one.
  expect(error).toMatchObject({ name: 'Error', message: 'Unauthorized', stack: '' });
  const line = JSON.stringify({
    timestamp: '2026-11-25T23:20:00.000Z',
    level: 'ERROR',
    requestId: '01234567-89ab-cdef-0123-456789abcdef',
    message: error,
  });
  expect(JSON.parse(line)).toMatchObject({
    message: {
      code: 'token_not_yet_valid',
      place: 'authorization',
      requestId: 'aBcDeFgHoAMFcVQ=',
      service: 'authorizer',
      stage: 'live',
    },
  });
  // It was 773 bytes in three lines.
  expect(Buffer.byteLength(line)).toBeLessThan(773 / 2);
  for (const write of Object.values(log)) expect(write).not.toHaveBeenCalled();
});
