// Makes requests to EventBridge without the AWS SDK, which takes long to load.
import type {
  EventBridgeRequests,
  PutEventsAnswer,
  PutEventsInput,
} from '#sdk/publisher/event-bridge/requests';
import type { JsonAnswer, JsonProtocol, SignedJson } from '../http/signed-json';

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html#API_PutEvents_Examples */
export const eventBridgeProtocol: JsonProtocol = {
  service: 'events',
  target: 'AWSEvents',
  version: '1.1',
};

/**
 * Makes each request once, with the same results and names of errors as the AWS SDK. The request after a failed one, which as a rule
 * repeats it, is made with the AWS SDK. The caller decides whether and when a request is repeated.
 * @param call calls an operation of EventBridge, with {@link eventBridgeProtocol}. Its JSON is the same as the SDK's inputs and answers
 * @param sdk the requests with the AWS SDK, each in one attempt
 */
export function createSignedEventBridge(
  call: SignedJson,
  sdk: EventBridgeRequests,
): EventBridgeRequests {
  let hasFailed = false;

  async function putSigned(input: PutEventsInput): Promise<PutEventsAnswer> {
    const answer = await call('PutEvents', input);
    if (answer?.status === 200) return answer.body;
    throw errorOf(answer);
  }

  return {
    async putEvents(input) {
      try {
        const answer = await (hasFailed ? sdk.putEvents(input) : putSigned(input));
        hasFailed = false;
        return answer;
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    },
    // Lambda does not change the credentials in the environment of a process.
    refreshCredentials: () => Promise.resolve(),
    close() {
      sdk.close();
    },
  };
}

/** @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
function errorOf(answer: JsonAnswer | undefined): Error {
  if (answer === undefined) return new Error('EventBridge has not answered in JSON.');
  const { status, body } = answer;
  const error = new Error(`EventBridge has answered with status ${status}.`);
  const type = body['__type'];
  // E.g. `com.amazonaws.events#InternalException:http://…`.
  const [name] = typeof type === 'string' ? type.replace(/^[^#]*#/, '').split(':') : [];
  return name ? Object.assign(error, { name }) : error;
}
