// Signs posts to @connections by hand: what is the same for many posts is computed once.
import { createHmac, hash } from 'node:crypto';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What a signed post is sent with. */
export interface SignedPost {
  /** The path as it goes over the wire: encoded once. */
  readonly path: string;
  /** Names and values in turn, as undici takes them; without `host`, which undici sets from the origin. */
  readonly headers: string[];
}

/** SHA-256 of a body, in lower-case hex: the same for every post of one frame. */
export function bodyHashOf(body: string | Buffer): string {
  return hash('sha256', body, 'hex');
}

export interface ExecuteApiSigner {
  /**
   * Signs one post.
   * @param bodyHash by {@link bodyHashOf}
   * @param now milliseconds since the Unix epoch
   */
  sign(
    connectionId: string,
    bodyHash: string,
    credentials: SigningCredentials,
    now: number,
  ): SignedPost;
}

/**
 * Signs posts to the connections of one stage with Signature Version 4. The signing key is made once a day,
 * dates and headers once a second; a post costs one hash, one HMAC and the encoding of its id.
 * @param callbackUrl the stage's own, e.g. `https://abc.execute-api.eu-central-1.amazonaws.com/live`
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function createExecuteApiSigner(callbackUrl: string, region: string): ExecuteApiSigner {
  const { host, pathname } = new URL(callbackUrl);
  const stagePath = pathname.replace(/\/$/, '');
  const requestPath = `${stagePath}/%40connections/`;
  // Every service but S3 signs the path, which is encoded already, encoded once more.
  const canonicalPath = `POST\n${uriEncode(requestPath).replaceAll('%2F', '/')}`;
  let second: SigningSecond | undefined;

  return {
    sign(connectionId, bodyHash, credentials, now) {
      const epochSecond = Math.floor(now / 1000);
      if (second?.epochSecond !== epochSecond || second.credentials !== credentials) {
        second = signingSecond(epochSecond, credentials, host, region, second);
      }
      const { afterPath, sign, beforeSignature, headers } = second;
      const encodedId = uriEncode(connectionId);
      // What is encoded already consists of unreserved characters and percent signs.
      const encodedTwice = encodedId.replaceAll('%', '%25');
      const canonicalRequest = canonicalPath + encodedTwice + afterPath + bodyHash;
      const signature = sign(hash('sha256', canonicalRequest, 'hex'));
      return {
        path: requestPath + encodedId,
        headers: [...headers, 'authorization', beforeSignature + signature],
      };
    },
  };
}

/** What all posts of one second share. */
interface SigningSecond {
  readonly epochSecond: number;
  readonly credentials: SigningCredentials;
  readonly day: string;
  readonly key: Buffer;
  /** The canonical request between path and body hash. */
  readonly afterPath: string;
  /** Signs the hash of a canonical request. */
  readonly sign: (canonicalRequestHash: string) => string;
  /** The Authorization header, up to the signature. */
  readonly beforeSignature: string;
  readonly headers: readonly string[];
}

function signingSecond(
  epochSecond: number,
  credentials: SigningCredentials,
  host: string,
  region: string,
  last: SigningSecond | undefined,
): SigningSecond {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = new Date(epochSecond * 1000).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/execute-api/aws4_request`;
  const names = ['host', 'x-amz-date', ...(sessionToken === undefined ? [] : [tokenHeader])];
  const values = [host, time, ...(sessionToken === undefined ? [] : [sessionToken])];
  const signedHeaders = names.join(';');
  const canonicalHeaders = names.map((name, index) => `${name}:${values[index] ?? ''}\n`).join('');
  const key =
    last?.day === day && last.credentials === credentials
      ? last.key
      : signingKey(secretAccessKey, day, region);
  return {
    epochSecond,
    credentials,
    day,
    key,
    afterPath: `\n\n${canonicalHeaders}\n${signedHeaders}\n`,
    sign: createHexHmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n`),
    beforeSignature: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=`,
    headers: names.slice(1).flatMap((name, index) => [name, values[index + 1] ?? '']),
  };
}

const tokenHeader = 'x-amz-security-token';

function signingKey(secretAccessKey: string, day: string, region: string): Buffer {
  return [day, region, 'execute-api', 'aws4_request'].reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
}

const blockBytes = 64;
const hexHashBytes = 64;

/**
 * HMAC-SHA256 of a constant text followed by a hash in hex. Two plain hashes over prepared buffers cost a third
 * of an Hmac object, which is most of what a signature costs.
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
    // One character for each byte: cheaper to make than a buffer.
    outer.write(hash('sha256', inner, 'binary'), blockBytes, 'latin1');
    return hash('sha256', outer, 'hex');
  };
}

/** URI-encodes as Signature Version 4 wants it: encodeURIComponent spares five characters that AWS does not. */
function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
