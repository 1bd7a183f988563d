// Answers one request to the AWS endpoint: authenticates it, applies injected faults, and calls the service.
import type { IncomingHttpHeaders } from 'node:http';
import { isFromPage, isLoopbackHost, loopbackNames } from '../../support/loopback';
import type { Timers } from '../../support/timers';
import type { SignedParts } from './canonical-request';
import type { FaultEffect, Faults } from './faults';
import { writeJsonError } from './json-protocol';
import type { AccessKeys, Principal } from './principal';
import { AwsError, type AwsService, type ServiceResponse } from './service';
import { authenticate, parseAuthorization } from './signature';

/** A request as it was received. */
export interface EndpointRequest extends SignedParts {
  readonly headers: IncomingHttpHeaders;
}

/** A request that was answered with an error. */
export interface RefusedRequest {
  readonly service: string;
  readonly operation: string;
  readonly error: AwsError;
  readonly body: Buffer;
}

/** A request that a service has answered. */
export interface AnsweredRequest {
  readonly service: string;
  readonly operation: string;
  /** The name of the function that sent it; of other requests, the name of the user. */
  readonly sender: string;
  readonly body: Buffer;
  /** Milliseconds, as of `performance.now()`. */
  readonly receivedAt: number;
  readonly answeredAt: number;
}

export interface AnswerDependencies {
  /** By the service's name in a signature's scope. */
  readonly services: ReadonlyMap<string, AwsService>;
  readonly faults: Faults;
  readonly keys: AccessKeys;
  readonly timers: Timers;
  readonly onRefused: (request: RefusedRequest) => void;
  /** Default: nobody is told. */
  readonly onAnswered?: ((request: AnsweredRequest) => void) | undefined;
}

/**
 * Authenticates a request and passes it to its service.
 * @returns the response, or `drop` when a fault requires closing the connection instead
 * @throws any error of a service that is not an {@link AwsError}
 */
export async function answerRequest(
  request: EndpointRequest,
  dependencies: AnswerDependencies,
): Promise<ServiceResponse | 'drop'> {
  let service: AwsService | undefined;
  try {
    const { services, keys, timers } = dependencies;
    const authorization = parseAuthorization(request.headers.authorization);
    service = services.get(authorization?.service ?? '');
    refusePages(request.headers);
    if (authorization === undefined) throw missingToken();
    if (service === undefined) throw unknownService(authorization.service, services.keys());
    const principal = authenticate(request, authorization, keys, timers.now());
    const receivedAt = performance.now();
    const answer = await handle(service, request, principal, dependencies);
    dependencies.onAnswered?.({
      ...{ service: service.name, operation: service.operationOf(request) },
      ...{ sender: principal.arn.split('/').at(-1) ?? '', body: request.body },
      ...{ receivedAt, answeredAt: performance.now() },
    });
    return answer;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const known = asKnownTo(service, error);
    if (service === undefined) return writeJsonError('1.0', 'com.amazon.coral.service', known);
    const operation = service.operationOf(request);
    const { body } = request;
    dependencies.onRefused({ service: service.name, operation, error, body });
    return service.writeError(known);
  }
}

async function handle(
  service: AwsService,
  request: EndpointRequest,
  principal: Principal,
  { faults, timers }: AnswerDependencies,
): Promise<ServiceResponse | 'drop'> {
  const run = () => service.handle({ ...request, principal });
  const effect = faults.affect(service.name, service.operationOf(request), request);
  switch (effect?.kind) {
    case 'drop':
      // The client gets neither the result nor the error.
      if (effect.done === true) await run().catch(() => undefined);
      return 'drop';
    case 'status':
      throw injectedError(service.name, effect);
    case 'delay':
      await pause(timers, effect.milliseconds);
      return run();
    case undefined:
      return run();
  }
}

function injectedError(
  service: string,
  { status, code }: Extract<FaultEffect, { kind: 'status' }>,
): AwsError {
  const throttled =
    service === 'execute-api' ? 'LimitExceededException' : 'TooManyRequestsException';
  const usual = status === 429 ? throttled : 'ServiceFault';
  return new AwsError(code ?? usual, 'This fault was injected into the local stack.', status);
}

const authenticationErrors = new Set([
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** The error as clients of the service expect it: the status of authentication errors depends on the service. */
function asKnownTo(
  service: AwsService | undefined,
  { code, message, status, queryCode }: AwsError,
): AwsError {
  const isAuthentication = authenticationErrors.has(code);
  return new AwsError(
    code,
    message,
    isAuthentication ? (service?.authenticationErrorStatus ?? status) : status,
    // Only SQS sends the codes of the older query protocol.
    service?.name === 'sqs' ? queryCode : undefined,
  );
}

/**
 * Refuses requests of web pages: a page in the developer's browser could otherwise read the table, report events and
 * disconnect users.
 * @throws {AwsError} AccessDeniedException
 */
function refusePages(headers: IncomingHttpHeaders): void {
  const refuse = (why: string) => new AwsError('AccessDeniedException', why, 403, 'AccessDenied');
  if (!isLoopbackHost(headers.host)) {
    throw refuse(`The AWS endpoint of the local stack answers to ${loopbackNames} alone.`);
  }
  if (isFromPage(headers)) {
    throw refuse(
      'The AWS endpoint of the local stack answers programs, not web pages: it takes no request with Origin or Sec-Fetch-Site.',
    );
  }
}

const missingToken = () =>
  new AwsError(
    'MissingAuthenticationTokenException',
    'Request is missing Authentication Token: sign it with SigV4, e.g. with the access key local and the secret local.',
    403,
  );

const unknownService = (name: string, known: Iterable<string>) =>
  new AwsError(
    'UnknownOperationException',
    `The service ${name} is not part of the local stack, which has ${[...known].join(', ')}.`,
  );

function pause(timers: Timers, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(milliseconds, resolve);
  });
}
