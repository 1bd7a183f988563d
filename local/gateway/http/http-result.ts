// Converts the result of an HTTP API's function into an HTTP response.

/** An HTTP response to send. Header names are lower case; each of `cookies` becomes a `Set-Cookie` header. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string | Buffer;
}

/**
 * The response for a function's result, by payload format 2.0. A result without `statusCode` is the body of a JSON
 * response with the status 200.
 * @returns undefined for a malformed result
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function parseHttpResult(value: unknown): HttpResult | undefined {
  if (!isRecord(value) || !('statusCode' in value)) return inferred(value);
  const { statusCode, headers, cookies, body, isBase64Encoded } = value;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const texts = Object.entries(isRecord(headers) ? headers : {}).map(
    ([name, given]): [string, string] => [name.toLowerCase(), String(given)],
  );
  return {
    statusCode: status,
    headers: Object.fromEntries([['content-type', 'text/plain;charset=UTF-8'], ...texts]),
    cookies: Array.isArray(cookies) ? cookies.map(String) : [],
    body: isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

function inferred(value: unknown): HttpResult | undefined {
  if (value === undefined) return undefined;
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, cookies: [], body };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
