// Reads and writes the AWS JSON protocols 1.0 and 1.1, in which the field `__type` names an error.
import { AwsError, type ServiceRequest, type ServiceResponse } from './service';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The JSON object in a request's body; an empty body counts as `{}`.
 * @throws {AwsError} SerializationException when the body is not a JSON object
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export function readJson({ body }: Pick<ServiceRequest, 'body'>): JsonObject {
  try {
    const input: unknown = JSON.parse(body.toString('utf8') || '{}');
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
      return input as JsonObject;
    }
  } catch {
    // Malformed JSON causes the same error as a body that is not an object.
  }
  throw new AwsError('SerializationException', 'The request body must be a JSON object.');
}

/** The response of an operation that has succeeded. */
export function writeJson(version: '1.0' | '1.1', output: unknown): ServiceResponse {
  return {
    status: 200,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: JSON.stringify(output),
  };
}

/**
 * An error response.
 * @param namespace precedes the error's name, as in `com.amazonaws.sqs#QueueDoesNotExist`
 */
export function writeJsonError(
  version: '1.0' | '1.1',
  namespace: string,
  error: AwsError,
): ServiceResponse {
  return {
    status: error.status,
    headers: {
      'content-type': `application/x-amz-json-${version}`,
      ...(error.queryCode === undefined
        ? {}
        : { 'x-amzn-query-error': `${error.queryCode};Sender` }),
    },
    body: JSON.stringify({ __type: `${namespace}#${error.code}`, message: error.message }),
  };
}
