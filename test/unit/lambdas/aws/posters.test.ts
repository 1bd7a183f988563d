// One contract for the poster that is fast and for the one that is AWS's own.
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { createManagementApiPoster } from '../../../../lambdas/aws/management-api-poster';
import { createUndiciPoster } from '../../../../lambdas/aws/undici-poster';
import { RecordingLog } from '../../../support/fakes';
import { describePoster } from '../../../support/poster-contract';

const keys = { accessKeyId: 'AKID', secretAccessKey: 'key', sessionToken: 'session' };
const region = 'eu-central-1';
const timeoutMilliseconds = 300;

describePoster('UndiciPoster', (callbackUrl, log) =>
  createUndiciPoster({
    callbackUrl,
    region,
    credentials: () => Promise.resolve(keys),
    now: Date.now,
    log,
    timeoutMilliseconds,
  }),
);

describePoster('ManagementApiPoster', (endpoint, log) => {
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    region,
    credentials: keys,
    maxAttempts: 1,
    requestHandler: { requestTimeout: timeoutMilliseconds, throwOnRequestTimeout: true },
  });
  return {
    ...createManagementApiPoster(client, log),
    close: () => {
      client.destroy();
    },
  };
});

test('without credentials nothing is posted, and the log says so', async () => {
  const log = new RecordingLog();
  const poster = createUndiciPoster({
    callbackUrl: 'http://127.0.0.1:1/live',
    region,
    credentials: () => Promise.reject(new Error('no role')),
    now: Date.now,
    log,
  });
  await expect(poster.post('a=', '{}')).resolves.toBe('failed');
  expect(log.lines).toMatchObject([{ level: 'error', message: 'no credentials to post with' }]);
  await poster.close();
});
