import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { mockClient } from 'aws-sdk-client-mock';
import { createManagementApiCloser } from '#adapters/api-gateway/management-api-closer';
import { createManagementApiInspector } from '#adapters/api-gateway/management-api-inspector';
import { createManagementApiPoster } from '#adapters/api-gateway/management-api-poster';
import { RecordingLog } from '#test/support/core/fakes';

const api = mockClient(ApiGatewayManagementApiClient);
const client = new ApiGatewayManagementApiClient({ region: 'us-east-1' });
const withStatus = (httpStatusCode: number) =>
  Object.assign(new Error('UnknownError'), { $metadata: { httpStatusCode } });
const gone = new GoneException({ message: '410', $metadata: { httpStatusCode: 410 } });

beforeEach(() => api.reset());

it('posts the message unchanged', async () => {
  api.on(PostToConnectionCommand).resolves({});
  const log = new RecordingLog();
  await expect(createManagementApiPoster(client, log).post('a=', '{}')).resolves.toBe('delivered');
  expect(api.commandCalls(PostToConnectionCommand)[0]?.args[0].input).toEqual({
    ConnectionId: 'a=',
    Data: '{}',
  });
  expect(log.lines).toEqual([]);
});

it.each([
  ['GoneException', gone, 'gone'],
  ['410 without an error body', withStatus(410), 'gone'],
  [
    'LimitExceededException',
    new LimitExceededException({ message: '', $metadata: { httpStatusCode: 429 } }),
    'throttled',
  ],
  ['429', withStatus(429), 'throttled'],
  ['403', withStatus(403), 'rejected'],
  ['500', withStatus(500), 'retryable'],
  ['no answer', Object.assign(new Error('socket hang up'), { name: 'TimeoutError' }), 'retryable'],
])('maps %s to a post result', async (_, error, outcome) => {
  api.on(PostToConnectionCommand).rejects(error);
  const log = new RecordingLog();
  await expect(createManagementApiPoster(client, log).post('a=', '{}')).resolves.toBe(outcome);
  expect(log.lines).toHaveLength(outcome === 'gone' ? 0 : 1);
});

it('closes a connection, returns gone if it was closed before, and throws on other errors', async () => {
  const closer = createManagementApiCloser(client);
  api.on(DeleteConnectionCommand).resolvesOnce({}).rejectsOnce(gone).rejects(withStatus(500));
  await expect(closer.close('a=')).resolves.toBe('closed');
  await expect(closer.close('a=')).resolves.toBe('gone');
  await expect(closer.close('a=')).rejects.toThrow('UnknownError');
  expect(api.commandCalls(DeleteConnectionCommand)[0]?.args[0].input).toEqual({
    ConnectionId: 'a=',
  });
});

it.each([
  ['no error', undefined, 'open'],
  ['GoneException', gone, 'gone'],
  ['429', withStatus(429), 'throttled'],
  ['403', withStatus(403), 'retryable'],
  ['500', withStatus(500), 'retryable'],
])('maps %s to the state of an inspected connection', async (_, error, found) => {
  const asked = api.on(GetConnectionCommand);
  if (error === undefined) asked.resolves({});
  else asked.rejects(error);
  const log = new RecordingLog();
  await expect(createManagementApiInspector(client, log).inspect('a=')).resolves.toBe(found);
  expect(log.lines).toHaveLength(found === 'retryable' ? 1 : 0);
  expect(api.commandCalls(GetConnectionCommand)[0]?.args[0].input).toEqual({ ConnectionId: 'a=' });
});
