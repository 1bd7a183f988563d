// Calls an AWS service whose protocol is JSON, in a fraction of the time that the AWS SDK takes to load, and of the CPU time of
// its commands.
import {
  openExchange,
  wasClosed,
  type Answer,
  type Exchange,
  type ExchangeOptions,
} from './exchange';
import { headerLine } from './request-text';
import { bodyHashOf, createSigner, type Signer, type SigningCredentials } from './signature-v4';

/** A service in a region, and who calls it. */
export interface SignedEndpoint {
  /** E.g. `https://dynamodb.eu-central-1.amazonaws.com`. */
  readonly url: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
}

/** The protocol of a service. */
export interface JsonProtocol {
  /** The name in signatures, e.g. `dynamodb`. */
  readonly service: string;
  /** The prefix of operations in `x-amz-target`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

export interface SignedJsonOptions extends ExchangeOptions {
  /** The trace that a request continues. Default: none. */
  readonly trace?: () => string | undefined;
}

export interface JsonAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Calls an operation with its input, in the service's JSON.
 * @returns undefined if the request cannot be sent, or has no answer that is JSON: the caller should use the AWS SDK then
 */
export type SignedJson = (operation: string, input: object) => Promise<JsonAnswer | undefined>;

/** @param endpoint if undefined, no operation has an answer */
export function createSignedJson(
  { service, target, version }: JsonProtocol,
  endpoint: SignedEndpoint | undefined,
  { trace, ...options }: SignedJsonOptions,
): SignedJson {
  if (endpoint === undefined) return () => Promise.resolve(undefined);
  const { region, credentials } = endpoint;
  const { origin, host, pathname: path } = new URL(endpoint.url);
  const exchange = openExchange(origin, options);
  /** By operation, because its name is one of the signed headers. */
  const signers = new Map<string, Signer>();

  function signerOf(operation: string): Signer {
    const known = signers.get(operation);
    if (known !== undefined) return known;
    const headers = {
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-target': `${target}.${operation}`,
    };
    const signer = createSigner({ service, region, host, headers });
    signers.set(operation, signer);
    return signer;
  }

  return async (operation, input) => {
    const body = JSON.stringify(input);
    try {
      const signed = signerOf(operation).sign(
        `POST\n${path}`,
        bodyHashOf(body),
        credentials,
        Date.now(),
      );
      const headers = signed + userAgent + traceOf(trace?.());
      return parse(await sendOnceMoreIfClosed(exchange, { path, headers, body }));
    } catch {
      return undefined;
    }
  };
}

const userAgent = headerLine('user-agent', 'mission-control-realtime');

/** @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
function traceOf(trace: string | undefined): string {
  return trace ? headerLine('x-amzn-trace-id', trace) : '';
}

async function sendOnceMoreIfClosed(
  exchange: Exchange,
  post: Parameters<Exchange>[0],
): Promise<Answer> {
  try {
    return await exchange(post);
  } catch (error) {
    if (!wasClosed(error)) throw error;
    return exchange(post);
  }
}

/** @throws if the text is not a JSON object */
function parse({ status, text }: Answer): JsonAnswer {
  const body: unknown = JSON.parse(text);
  if (typeof body !== 'object' || body === null) throw new Error('The answer is not an object.');
  return { status, body: body as JsonAnswer['body'] };
}
