// Signs posts to @connections without the AWS SDK.
import { createSigner, type SigningCredentials } from '../http/signature-v4';

/** The path and the headers of a signed post. */
interface SignedPost {
  /** The path as it goes over the wire: encoded once. */
  readonly path: string;
  /** Their lines, without `host` and `content-length`. */
  readonly headers: string;
}

export interface ExecuteApiSigner {
  /**
   * Signs one post.
   * @param bodyHash by `bodyHashOf`: the same for every post of one text
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
 * Signs posts to the connections of one stage: each costs one hash, one HMAC and the encoding of its id.
 * @param callbackUrl the stage's own, e.g. `https://abc.execute-api.eu-central-1.amazonaws.com/live`
 */
export function createExecuteApiSigner(callbackUrl: string, region: string): ExecuteApiSigner {
  const { host, pathname } = new URL(callbackUrl);
  const stagePath = pathname.replace(/\/$/, '');
  const requestPath = `${stagePath}/%40connections/`;
  // All services except S3 sign a path that is URI-encoded twice. This one is encoded once already.
  const canonicalPath = `POST\n${uriEncode(requestPath).replaceAll('%2F', '/')}`;
  const signer = createSigner({ service: 'execute-api', region, host });

  return {
    sign(connectionId, bodyHash, credentials, now) {
      const [once, twice] = encodeId(connectionId);
      return {
        path: requestPath + once,
        headers: signer.sign(canonicalPath + twice, bodyHash, credentials, now),
      };
    },
  };
}

/** The form of API Gateway's ids: unreserved characters, and one for padding. */
const usualId = /^[\w-]+=$/;

/** An id, encoded once and twice. Ids of the usual form are not searched for characters to encode. */
function encodeId(connectionId: string): readonly [once: string, twice: string] {
  if (usualId.test(connectionId)) {
    const unpadded = connectionId.slice(0, -1);
    return [`${unpadded}%3D`, `${unpadded}%253D`];
  }
  const once = uriEncode(connectionId);
  // An encoded id has only unreserved characters and percent signs.
  return [once, once.replaceAll('%', '%25')];
}

/** URI-encodes as Signature Version 4 requires, which includes five characters that encodeURIComponent leaves as they are. */
function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
