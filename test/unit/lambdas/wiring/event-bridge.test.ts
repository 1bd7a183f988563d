import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { createEventBridgeRequests } from '#wiring/event-bridge';

const eventBridge = mockClient(EventBridgeClient);
const credentials = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
const input = {
  Entries: [{ EventBusName: 'bus', Source: 'source', DetailType: 'type', Detail: '{}' }],
};

jest.mock('#adapters/http/exchange', () => ({
  openExchange: () => () => Promise.resolve({ status: 200, text: '{"Entries":[{}]}' }),
}));

it.each([
  ['without the AWS SDK in a common region', 'eu-central-1', {}, 0],
  ['with the AWS SDK in another partition', 'cn-north-1', {}, 1],
  ['with the AWS SDK at endpoints with FIPS', 'us-east-1', { AWS_USE_FIPS_ENDPOINT: 'true' }, 1],
])('makes the first request %s', async (_, region, more, bySdk) => {
  eventBridge.reset();
  eventBridge.on(PutEventsCommand).resolves({ Entries: [{}] });
  const environment = { AWS_REGION: region, ...credentials, ...more };
  const answer = await createEventBridgeRequests(environment).putEvents(input);
  expect(answer.Entries).toEqual([{}]);
  expect(eventBridge.commandCalls(PutEventsCommand)).toHaveLength(bySdk);
});
