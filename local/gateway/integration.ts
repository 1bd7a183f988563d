// Calls a function behind a route and reads the response of the Lambda proxy format.
import type { InvocationResult, LambdaFunction } from '../lambda/invocation';

/**
 * Seconds until API Gateway gives up on a WebSocket integration.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const integrationTimeoutSeconds = 29;

/** Calls `lambda`, and fails as `IntegrationTimeout` when it takes longer than API Gateway waits. Never rejects. */
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

/** A function's response as far as a WebSocket API uses it. */
export interface ProxyResponse {
  readonly statusCode: number;
  /** By header name in lower case; the last value of each. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | undefined;
}

/** @returns undefined for a malformed response: without a whole HTTP status code there is none */
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
