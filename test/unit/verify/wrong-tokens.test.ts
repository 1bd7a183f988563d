// Tokens that must be refused differ from the valid one in one respect.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { otherUser, unsigned, withOtherSignature } from '#verify/wrong-tokens';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = `${part({ alg: 'RS256' })}.${part({ sub: 'alice', aud: 'x' })}.AbCd`;

it.each([
  ['AbCd', 'BbCd'],
  ['zbCd', 'AbCd'],
])('replaces the signature %s by %s only', (signature, other) => {
  const signed = token.replace('AbCd', signature);
  expect(withOtherSignature(signed)).toBe(token.replace('AbCd', other));
});

it('replaces the user, and keeps the other claims and the signature', () => {
  const changed = otherUser(token);
  expect(decodeJwt(changed)).toEqual({ sub: 'verify-other-user', aud: 'x' });
  expect(changed.split('.')[2]).toBe('AbCd');
});

it('removes the signature, and names the algorithm none', () => {
  const changed = unsigned(token);
  expect(decodeProtectedHeader(changed)).toMatchObject({ alg: 'none' });
  expect(decodeJwt(changed)).toEqual({ sub: 'alice', aud: 'x' });
  expect(changed.endsWith('.')).toBe(true);
});
