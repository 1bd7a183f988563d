// Invokes the function of a route, and parses the response of a Lambda proxy integration.
import type { InvocationResult, LambdaFunction } from '../lambda/invocation';

/**
 * The timeout of a WebSocket API's integration, in seconds.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const integrationTimeoutSeconds = 29;

/**
 * Invokes `lambda`. Never rejects: the error type is `IntegrationTimeout` after `timeoutSeconds`, and `InvocationFailed`
 * if the invocation itself rejects.
 */
export async function callFunction(
  lambda: LambdaFunction,
  event: unknown,
  timeoutSeconds = integrationTimeoutSeconds,
): Promise<InvocationResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<InvocationResult>((resolve) => {
    timer = setTimeout(() => {
      const errorMessage = `${lambda.name} did not answer within ${timeoutSeconds} s`;
      resolve({ ok: false, errorType: 'IntegrationTimeout', errorMessage });
    }, timeoutSeconds * 1000).unref();
  });
  const invocation = lambda.invoke(event).catch((error: unknown): InvocationResult => {
    const errorMessage = error instanceof Error ? error.message : String(error);
    return { ok: false, errorType: 'InvocationFailed', errorMessage };
  });
  const result = await Promise.race([invocation, timeout]);
  clearTimeout(timer);
  return result;
}

/** The parts of a function's response that a WebSocket API uses. */
export interface ProxyResponse {
  readonly statusCode: number;
  /** The last value of each header, by its name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | undefined;
}

/**
 * Parses a function's response.
 * @returns undefined for a malformed response: `statusCode` must be an integer from 200 to 599, and `body`, if any, a string
 */
export function parseProxyResponse(value: unknown): ProxyResponse | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { statusCode, headers, multiValueHeaders, body } = value as Record<string, unknown>;
  if (!Number.isInteger(statusCode)) return undefined;
  const status = statusCode as number;
  if (status < 200 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const all = [...entriesOf(headers), ...entriesOf(multiValueHeaders)];
  const texts = all.map(([name, given]): [string, string] => [
    name.toLowerCase(),
    String(Array.isArray(given) ? given.at(-1) : given),
  ]);
  return { statusCode: status, headers: new Map(texts), body: body ?? undefined };
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
