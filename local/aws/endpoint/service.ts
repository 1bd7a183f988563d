// Defines the interface between the AWS endpoint and its services, and the errors that services throw.
import type { Principal } from './principal';

export interface ServiceRequest {
  readonly method: string;
  /** As received: percent-encoded, without the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly principal: Principal;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface AwsService {
  /** The service's name in the scope of a signature, e.g. `sqs`. */
  readonly name: string;
  /** The HTTP status of authentication errors: 400 for DynamoDB, 403 for all others. */
  readonly authenticationErrorStatus: 400 | 403;
  /** The operation that a request names, e.g. `SendMessage`. */
  operationOf(request: Pick<ServiceRequest, 'method' | 'path' | 'headers'>): string;
  /** @throws {AwsError} for an outcome that AWS documents as an error */
  handle(request: ServiceRequest): Promise<ServiceResponse>;
  writeError(error: AwsError): ServiceResponse;
}

/** An error response of AWS. `code` is the name of the exception that an SDK throws. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** The error's code in the older query protocol, which SQS sends in a header. */
  readonly queryCode: string | undefined;

  constructor(code: string, message: string, status = 400, queryCode?: string) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.queryCode = queryCode;
  }
}

/** The operation in `X-Amz-Target`, e.g. `SendMessage` in `AmazonSQS.SendMessage`. */
export function targetOperation(headers: ServiceRequest['headers']): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? (target.split('.').at(-1) ?? '') : '';
}

/** The error for an operation that the local stack does not support. */
export function unknownOperation(operation: string, supported: readonly string[]): AwsError {
  const asked = operation === '' ? 'A request without X-Amz-Target' : operation;
  return new AwsError(
    'UnknownOperationException',
    `${asked} is not supported by the local stack, which supports ${supported.join(', ')}.`,
  );
}
