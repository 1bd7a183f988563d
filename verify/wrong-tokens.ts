// Makes tokens that no service may accept, from one that it accepts.

type Part = Readonly<Record<string, unknown>>;

/** The same token with another signature of the same length. */
export function withOtherSignature(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  // The first character, because the last one may have bits that are not used.
  const other = signature.startsWith('A') ? 'B' : 'A';
  return `${header}.${payload}.${other}${signature.slice(1)}`;
}

/** Another user with the signature of the token. */
export function otherUser(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = decoded(payload);
  return `${header}.${encoded({ ...claims, sub: 'verify-other-user' })}.${signature}`;
}

/** The claims of the token with the algorithm `none` and an empty signature. */
export function unsigned(token: string): string {
  const [, payload = ''] = token.split('.');
  return `${encoded({ alg: 'none', typ: 'JWT' })}.${payload}.`;
}

function decoded(part: string): Part {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Part;
}

function encoded(part: Part): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
