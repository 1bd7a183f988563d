// Signs many similar requests with Signature Version 4: their common parts are computed once.
import { createHmac, hash } from 'node:crypto';
import { headerLine } from './request-text';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** SHA-256 of a body, in lower-case hex. */
export function bodyHashOf(body: string | Buffer): string {
  return hash('sha256', body, 'hex');
}

export interface SignerOptions {
  readonly service: string;
  readonly region: string;
  /** With the port, if it is not the default one. */
  readonly host: string;
  /** Further headers that are signed and the same in all requests, by name in lower case. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Signer {
  /**
   * Signs one request without a query.
   * @param methodAndPath in the canonical form, e.g. `POST` and `/` in two lines
   * @param bodyHash by {@link bodyHashOf}
   * @param now milliseconds since the Unix epoch
   * @returns the lines of the headers that are signed, without `host`, and of the signature
   * @throws Error if a value cannot be in a header
   */
  sign(
    methodAndPath: string,
    bodyHash: string,
    credentials: SigningCredentials,
    now: number,
  ): string;
}

/**
 * The signing key is derived once a day, dates and headers once a second; a request costs one hash and one HMAC.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function createSigner(options: SignerOptions): Signer {
  let second: SigningSecond | undefined;
  return {
    sign(methodAndPath, bodyHash, credentials, now) {
      const epochSecond = Math.floor(now / 1000);
      if (second?.epochSecond !== epochSecond || second.credentials !== credentials) {
        second = signingSecond(epochSecond, credentials, options, second);
      }
      const { hashRequest, sign, beforeSignature } = second;
      return `${beforeSignature}${sign(hashRequest(methodAndPath, bodyHash))}\r\n`;
    },
  };
}

/** The values that all requests of one second share. */
interface SigningSecond {
  readonly epochSecond: number;
  readonly credentials: SigningCredentials;
  readonly day: string;
  readonly key: Buffer;
  /** Hashes a canonical request, in lower-case hex. */
  readonly hashRequest: (methodAndPath: string, bodyHash: string) => string;
  /** Signs the hash of a canonical request. */
  readonly sign: (canonicalRequestHash: string) => string;
  /** The lines of the headers, up to the signature. */
  readonly beforeSignature: string;
}

function signingSecond(
  epochSecond: number,
  credentials: SigningCredentials,
  { service, region, host, headers: others = {} }: SignerOptions,
  last: SigningSecond | undefined,
): SigningSecond {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = new Date(epochSecond * 1000).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const signed = Object.entries({
    ...{ ...others, host, 'x-amz-date': time },
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  }).sort(([one], [other]) => (one < other ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const canonicalHeaders = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const key =
    last?.day === day && last.credentials === credentials
      ? last.key
      : signingKey(secretAccessKey, [day, region, service, 'aws4_request']);
  const lines = signed.filter(([name]) => name !== 'host').map((each) => headerLine(...each));
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=`;
  return {
    epochSecond,
    credentials,
    day,
    key,
    hashRequest: createRequestHash(`\n\n${canonicalHeaders}\n${names}\n`),
    sign: createHexHmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n`),
    beforeSignature: lines.join('') + headerLine('authorization', authorization).trimEnd(),
  };
}

function signingKey(secretAccessKey: string, scope: readonly string[]): Buffer {
  return scope.reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
}

/**
 * Hashes canonical requests that have the same text between path and body hash. This text is most of a request, because it
 * contains the session token. It is written into a buffer once for paths of one length, instead of concatenating strings.
 */
function createRequestHash(afterPath: string): (methodAndPath: string, bodyHash: string) => string {
  const bytesAfterPath = Buffer.byteLength(afterPath);
  let request = Buffer.alloc(0);
  let writtenBodyHash = '';
  return (methodAndPath, bodyHash) => {
    // Encoded paths are ASCII.
    const bodyHashAt = methodAndPath.length + bytesAfterPath;
    if (request.length !== bodyHashAt + hexHashBytes) {
      request = Buffer.alloc(bodyHashAt + hexHashBytes);
      request.write(afterPath, methodAndPath.length);
      writtenBodyHash = '';
    }
    request.write(methodAndPath, 0, 'latin1');
    if (bodyHash !== writtenBodyHash) request.write(bodyHash, bodyHashAt, 'latin1');
    writtenBodyHash = bodyHash;
    return hash('sha256', request, 'hex');
  };
}

const blockBytes = 64;
const hexHashBytes = 64;

/**
 * HMAC-SHA256 of a constant text followed by a hash in hex. Two plain hashes over prepared buffers cost a third of an
 * Hmac object, which is the greatest part of the cost of a signature.
 * @see https://datatracker.ietf.org/doc/html/rfc2104#section-2
 */
function createHexHmac(key: Buffer, text: string): (hexHash: string) => string {
  const inner = Buffer.alloc(blockBytes + Buffer.byteLength(text) + hexHashBytes);
  const outer = Buffer.alloc(blockBytes + 32);
  for (let index = 0; index < blockBytes; index += 1) {
    const byte = key[index] ?? 0;
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  const hashAt = blockBytes + inner.write(text, blockBytes);
  return (hexHash) => {
    inner.write(hexHash, hashAt, 'latin1');
    // One character for each byte, which is cheaper than a buffer.
    outer.write(hash('sha256', inner, 'binary'), blockBytes, 'latin1');
    return hash('sha256', outer, 'hex');
  };
}
