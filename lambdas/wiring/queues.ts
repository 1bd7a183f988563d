// Creates the requests to SQS.
import { createSignedJson } from '#adapters/http/signed-json';
import type { QueueRequests } from '#adapters/sqs/requests/queue-requests';
import { createSignedQueues, sqsProtocol } from '#adapters/sqs/requests/signed-queues';
import { once } from './once';
import { signedEndpointOf } from './signed-endpoint';

/** As many as the AWS SDK has by default. */
const sockets = 50;

const timeoutMilliseconds = 3_000;

/** Attempts of each request, the first of them without the AWS SDK. */
const maxAttempts = 3;

/**
 * Requests to SQS, which are made without the AWS SDK. If one fails, the AWS SDK is loaded, and repeats it.
 */
export function createQueues(environment: NodeJS.ProcessEnv): QueueRequests {
  const endpoint = signedEndpointOf(environment, 'sqs');
  const call = createSignedJson(sqsProtocol, endpoint, {
    ...{ sockets, timeoutMilliseconds },
    // Lambda sets it for each invocation. The function that receives the message continues the trace.
    trace: () => environment['_X_AMZN_TRACE_ID'],
  });
  const loadSdk = once(async () => {
    const { createSqsQueues } = await import('./sdk/queues');
    return createSqsQueues(endpoint === undefined ? maxAttempts : maxAttempts - 1);
  });
  return createSignedQueues(call, loadSdk);
}
