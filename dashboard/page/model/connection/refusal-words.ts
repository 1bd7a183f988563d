// Says what is wrong with a token that the service refuses, and what to do.

const signInAgain = 'Get a new token: sign in again, or reload the page.';
const askConfiguration = 'Whoever runs this page has to correct where it gets tokens.';
const askScope = 'Whoever runs the sign-in has to correct the agents in it.';

/** The codes of `/whoami`, which docs/logs.md lists. */
const known: Readonly<Record<string, string>> = {
  token_expired: `The token has expired. ${signInAgain}`,
  token_too_old: `The token was issued too long ago. ${signInAgain}`,
  user_disconnected: `An operator has disconnected this user. ${signInAgain}`,
  token_not_yet_valid:
    'The token is not valid yet: compare the clocks of the issuer and the service.',
  issued_in_future:
    'The token was issued in the future: compare the clocks of the issuer and the service.',
  token_missing: `There is no token. ${signInAgain}`,
  token_ambiguous: `There are two different tokens. ${askConfiguration}`,
  scheme_not_supported: `The token has another scheme than Bearer. ${askConfiguration}`,
  token_malformed:
    'The token is malformed: it is not a complete JWT. Copy it again, from the first to the last character.',
  extension_not_supported: `The token uses an extension that the service does not support. ${askConfiguration}`,
  algorithm_not_allowed: `The token is signed with an algorithm that the service does not allow. ${askConfiguration}`,
  signature_invalid: `The signature of the token is invalid: it was changed, or is not from this issuer. ${signInAgain}`,
  key_unknown: `The token is signed with a key that the issuer does not publish. ${signInAgain}`,
  key_ambiguous: `The token does not say with which key it is signed. ${askConfiguration}`,
  expiry_missing: `The token has no expiry (exp). ${askConfiguration}`,
  issued_at_missing: `The token has no time of issue (iat). ${askConfiguration}`,
  issuer_wrong: `The token is from another issuer than the service accepts. ${askConfiguration}`,
  audience_wrong: `The token is for another audience than this service. ${askConfiguration}`,
  token_use_wrong: `The token has another use than the service accepts: an access token or an id token. ${askConfiguration}`,
  subject_invalid: `The token names no valid user (sub). ${askConfiguration}`,
  token_invalid: `The service cannot accept the token. ${signInAgain}`,
  scope_missing: `The token names no agents that you may see. ${askScope}`,
  scope_invalid: `The token names the agents that you may see in an invalid form. ${askScope}`,
  scope_too_large: `The token names more agents than the service accepts. ${askScope}`,
};

/** Returns one or two sentences for a code of `/whoami`; a code of a later version is named. */
export function refusalWords(code: string): string {
  return Object.hasOwn(known, code)
    ? String(known[code])
    : `The server refuses the token (${code}). ${signInAgain}`;
}
