// Builds the canonical request of SigV4. It does not use the SDK's code, so that it can verify the SDK's signatures.
import { hash } from 'node:crypto';

export interface SignedParts {
  readonly method: string;
  /** As received: percent-encoded once. */
  readonly path: string;
  /** The text after the question mark, as received. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function canonicalRequest(parts: SignedParts, signedHeaders: readonly string[]): string {
  const headers = signedHeaders.map((name) => `${name}:${canonicalValue(parts.headers[name])}\n`);
  return [
    parts.method,
    canonicalPath(parts.path),
    canonicalQuery(parts.query),
    headers.join(''),
    signedHeaders.join(';'),
    sha256(parts.body),
  ].join('\n');
}

/** In hexadecimal. */
export function sha256(data: string | Buffer): string {
  return hash('sha256', data, 'hex');
}

/**
 * The path in canonical form. All services except S3 require that it is encoded twice: it is received encoded once, and
 * encoded again here. `/live/%40connections/abc%3D` is signed as `/live/%2540connections/abc%253D`. Empty segments and
 * dot segments are removed.
 */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encodeStrictly(segment));
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [key, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [reencode(key), reencode(value)] as const;
    })
    .sort(([keyA, valueA], [keyB, valueB]) => compare(keyA, keyB) || compare(valueA, valueB))
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

function reencode(text: string): string {
  try {
    return encodeStrictly(decodeURIComponent(text));
  } catch {
    return encodeStrictly(text);
  }
}

/** Percent-encodes all except RFC 3986's unreserved characters. encodeURIComponent does not encode `!'()*`. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function canonicalValue(value: string | string[] | undefined): string {
  return [value ?? '']
    .flat()
    .map((each) => each.trim().replace(/\s+/g, ' '))
    .join(',');
}
