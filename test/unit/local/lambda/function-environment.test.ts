// A function gets the environment variables of Lambda, and its SDK finds no profile of the developer.
import { existsSync } from 'node:fs';
import { environmentOf } from '#local/lambda/function-environment';

it('contains the credentials, the region and the endpoint of the local stack', () => {
  const environment = environmentOf({
    functionName: 'tiny',
    variables: { MINE: '1', AWS_REGION: 'eu-west-1' },
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    codeDirectory: __dirname,
    memoryMegabytes: 256,
    logGroupName: '/tiny',
    logFormat: 'JSON',
    endpointUrl: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'A', secretAccessKey: 'S', sessionToken: 'T' },
  });
  expect(environment).toMatchObject({
    MINE: '1',
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'tiny',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'A',
    AWS_SECRET_ACCESS_KEY: 'S',
    AWS_SESSION_TOKEN: 'T',
  });
  expect(environment).not.toHaveProperty('AWS_LAMBDA_LOG_LEVEL');
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) {
    expect(existsSync(environment[name] ?? __dirname)).toBe(false);
  }
});
