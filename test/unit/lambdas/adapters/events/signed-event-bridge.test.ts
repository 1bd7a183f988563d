// Which requests to EventBridge are made with the AWS SDK.
import { createSignedEventBridge } from '#adapters/events/signed-event-bridge';
import type { JsonAnswer } from '#adapters/http/signed-json';
import type { PutEventsInput } from '#sdk/publisher/event-bridge/requests';

const entry = { EventBusName: 'bus', Source: 'source', DetailType: 'type', Detail: '{}' };
const input: PutEventsInput = { Entries: [entry] };
const body = { FailedEntryCount: 0, Entries: [{ EventId: '1' }] };
const accepted: JsonAnswer = { status: 200, body };

const call = jest.fn<Promise<JsonAnswer | undefined>, [string, object]>();
const sdk = { putEvents: jest.fn(), refreshCredentials: jest.fn(), close: jest.fn() };

beforeEach(() => {
  jest.resetAllMocks();
  call.mockResolvedValue(accepted);
  sdk.putEvents.mockResolvedValue(body);
});

it('makes requests without the AWS SDK, also after an entry was refused', async () => {
  const requests = createSignedEventBridge(call, sdk);
  const refused = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] };
  call.mockResolvedValueOnce({ status: 200, body: refused });
  expect(await requests.putEvents(input)).toEqual(refused);
  expect(await requests.putEvents(input)).toEqual(body);
  expect(call.mock.calls).toEqual([
    ['PutEvents', input],
    ['PutEvents', input],
  ]);
  expect(sdk.putEvents).not.toHaveBeenCalled();
});

it.each<[string, JsonAnswer | undefined, string]>([
  ['no answer', undefined, 'Error'],
  ['an error', { status: 500, body: { __type: 'InternalException' } }, 'InternalException'],
  ['a name with a namespace', { status: 400, body: { __type: 'a.b#C:http://d' } }, 'C'],
  ['an error without a name', { status: 503, body: {} }, 'Error'],
  ['an error whose name is no text', { status: 503, body: { __type: 1 } }, 'Error'],
])('after %s, makes requests with the AWS SDK until one succeeds', async (_, answer, name) => {
  const requests = createSignedEventBridge(call, sdk);
  call.mockResolvedValueOnce(answer);
  await expect(requests.putEvents(input)).rejects.toMatchObject({ name });
  sdk.putEvents.mockRejectedValueOnce(new Error('down'));
  await expect(requests.putEvents(input)).rejects.toThrow('down');
  expect(await requests.putEvents(input)).toEqual(body);
  expect(sdk.putEvents.mock.calls).toEqual([[input], [input]]);
  expect(await requests.putEvents(input)).toEqual(body);
  expect(call).toHaveBeenCalledTimes(2);
});

it('makes requests at the same time without the AWS SDK', async () => {
  const requests = createSignedEventBridge(call, sdk);
  await Promise.all([requests.putEvents(input), requests.putEvents(input)]);
  expect(sdk.putEvents).not.toHaveBeenCalled();
});
