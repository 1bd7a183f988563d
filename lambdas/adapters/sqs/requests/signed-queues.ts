// Makes requests to SQS without the AWS SDK, which takes long to load.
import type { JsonProtocol, SignedJson } from '../../http/signed-json';
import type { QueueRequests } from './queue-requests';

export const sqsProtocol: JsonProtocol = { service: 'sqs', target: 'AmazonSQS', version: '1.0' };

/**
 * Makes each request once. A request that fails is repeated with the AWS SDK, so a message may be sent twice, as by the SDK's
 * own retries.
 * @param call calls an operation of SQS, with {@link sqsProtocol}. Its JSON is the same as the SDK's inputs and answers
 * @param loadSdk the requests with the AWS SDK
 */
export function createSignedQueues(
  call: SignedJson,
  loadSdk: () => Promise<QueueRequests>,
): QueueRequests {
  return {
    async sendMessage(input) {
      const answer = await call('SendMessage', input);
      return answer?.status === 200 ? answer.body : (await loadSdk()).sendMessage(input);
    },

    async sendMessageBatch(input) {
      const answer = await call('SendMessageBatch', input);
      return answer?.status === 200 ? answer.body : (await loadSdk()).sendMessageBatch(input);
    },
  };
}
