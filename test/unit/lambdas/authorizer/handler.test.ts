// The errors of the authorizer, for API Gateway and for the log.
import { createHandler } from '#lambdas/authorizer/handler';
import { KeysUnavailableError } from '#core/auth/no-verdict';

it.each([
  [
    'the keys cannot be fetched',
    new KeysUnavailableError('fetch failed'),
    'keys_unavailable',
    ['KeysUnavailable'],
  ],
  ['an unexpected error occurred', new TypeError('x is undefined'), 'unexpected_error', []],
])(
  'rejects with another error than Unauthorized, and logs it, if %s',
  async (_what, cause, code, counted) => {
    const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const count = jest.fn();
    const handler = createHandler({
      authorize: () => Promise.reject(cause),
      source: { service: 'authorizer', stage: 'live' },
      count,
      log,
    });

    const answer = handler({ methodArn: 'arn', requestContext: { requestId: 'request-1' } });

    // Not `Unauthorized`, which would be a 401: the cause is not the client.
    await expect(answer).rejects.toMatchObject({
      message: `No verdict: ${code}`,
      cause,
    });
    expect(log.error.mock.calls).toEqual([
      ['no verdict on a token', { code, requestId: 'request-1', error: cause }],
    ]);
    expect(log.warn).not.toHaveBeenCalled();
    // Unavailable keys have a metric of their own, because the alarms distinguish them from other failures.
    expect(count.mock.calls).toEqual(counted.map((name) => [name]));
  },
);

it('logs a refused handshake as one short line: the thrown error, as Lambda logs it', async () => {
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
  // API Gateway compares the message. Without a string as the stack, the runtime would return another message.
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
  // Less than half of the 773 bytes that a refused handshake took before, in three lines.
  expect(Buffer.byteLength(line)).toBeLessThan(773 / 2);
  for (const write of Object.values(log)) expect(write).not.toHaveBeenCalled();
});
