// Verifies SigV4 signatures. To be verified, a request must be signed with credentials that the stack has issued for a
// function, or with the developer's access key `local` and the secret `local`.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalRequest, sha256, type SignedParts } from './canonical-request';
import type { AccessKeys, Principal } from './principal';
import { AwsError } from './service';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const maximumSkewMilliseconds = 5 * 60 * 1000;

export interface Authorization {
  readonly accessKeyId: string;
  /** The date in the credential's scope, as YYYYMMDD. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const credentialPattern = /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/;

/**
 * Parses an Authorization header; undefined when it is absent or empty.
 * @throws {AwsError} IncompleteSignatureException when it does not have the format of SigV4
 */
export function parseAuthorization(header: string | undefined): Authorization | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const incomplete = (problem: string) =>
    new AwsError('IncompleteSignatureException', `${problem} in the Authorization header.`, 403);
  const space = header.indexOf(' ');
  if (header.slice(0, space) !== algorithm) throw incomplete(`Expected ${algorithm}`);
  const fields = new Map<string, string>();
  for (const part of header.slice(space + 1).split(',')) {
    const at = part.indexOf('=');
    fields.set(part.slice(0, Math.max(at, 0)).trim(), part.slice(at + 1).trim());
  }
  const credential = credentialPattern.exec(fields.get('Credential') ?? '');
  if (credential === null) {
    throw incomplete('Expected Credential=keyid/date/region/service/aws4_request');
  }
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';').filter(Boolean);
  if (!signedHeaders.includes('host')) throw incomplete('Expected host among SignedHeaders');
  const signature = fields.get('Signature') ?? '';
  if (!/^[0-9a-f]{64}$/.test(signature)) throw incomplete('Expected a hexadecimal Signature');
  const [, accessKeyId = '', date = '', region = '', service = ''] = credential;
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

/**
 * Verifies a signature.
 * @param now milliseconds since the Unix epoch
 * @returns the principal that has signed the request
 * @throws {AwsError} InvalidSignatureException or UnrecognizedClientException when the signature is not valid
 */
export function authenticate(
  parts: SignedParts,
  authorization: Authorization,
  keys: AccessKeys,
  now: number,
): Principal {
  const known = keys.find(authorization.accessKeyId);
  if (known === undefined) {
    // The text before the colon is AWS's own message.
    throw new AwsError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid: the local stack accepts the access key local with the secret local (AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local).',
      403,
      'InvalidClientTokenId',
    );
  }
  const timestamp = headerOf(parts, 'x-amz-date');
  checkTime(timestamp, authorization.date, now);
  const token = parts.headers['x-amz-security-token'];
  if (token !== known.sessionToken) {
    const message = 'The security token included in the request is invalid.';
    throw new AwsError('UnrecognizedClientException', message, 403);
  }
  const expected = Buffer.from(sign(parts, authorization, timestamp, known.secretAccessKey));
  if (!timingSafeEqual(expected, Buffer.from(authorization.signature))) {
    const message =
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
    throw new AwsError('InvalidSignatureException', message, 403);
  }
  return known.principal;
}

function sign(
  parts: SignedParts,
  { date, region, service, signedHeaders }: Authorization,
  timestamp: string,
  secret: string,
): string {
  const stringToSign = [
    algorithm,
    timestamp,
    `${date}/${region}/${service}/aws4_request`,
    sha256(canonicalRequest(parts, signedHeaders)),
  ].join('\n');
  return hmac(signingKey(secret, date, region, service), stringToSign).toString('hex');
}

const signingKeys = new Map<string, Buffer>();

/** A derived key is valid for one day, region and service. Caching it saves four of the five HMACs of each request. */
function signingKey(secret: string, ...scope: readonly string[]): Buffer {
  const name = [secret, ...scope].join('/');
  const cached = signingKeys.get(name);
  if (cached !== undefined) return cached;
  const key = [...scope, 'aws4_request'].reduce<Buffer>(
    (previous, part) => hmac(previous, part),
    Buffer.from(`AWS4${secret}`),
  );
  if (signingKeys.size > 200) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}

const hmac = (key: Buffer, data: string) => createHmac('sha256', key).update(data).digest();

function headerOf({ headers }: SignedParts, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function checkTime(timestamp: string, date: string, now: number): void {
  const invalid = (message: string) => new AwsError('InvalidSignatureException', message, 403);
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (match === null) throw invalid('X-Amz-Date must look like 20260131T235959Z.');
  if (!timestamp.startsWith(date))
    throw invalid('The Credential must have the date of X-Amz-Date.');
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const time = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const basic = (milliseconds: number) =>
    new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, '');
  // SDKs recognize these messages and correct their clock skew.
  if (time < now - maximumSkewMilliseconds) {
    const limit = basic(now - maximumSkewMilliseconds);
    throw invalid(
      `Signature expired: ${timestamp} is now earlier than ${limit} (${basic(now)} - 5 min.)`,
    );
  }
  if (time > now + maximumSkewMilliseconds) {
    const limit = basic(now + maximumSkewMilliseconds);
    throw invalid(
      `Signature not yet current: ${timestamp} is still later than ${limit} (${basic(now)} + 5 min.)`,
    );
  }
}
