// Reads from the header `www-authenticate` why API Gateway refuses a token: the body of its answer says only `Unauthorized`.

/** The maximum length of a reason, in characters. */
const maxLength = 200;

/**
 * Returns the description of the error, or for a token without the scope, which one it needs; undefined if there is neither.
 * @param challenge e.g. `Bearer error="invalid_token" error_description="the token has expired"`
 * @param token the refused token, which is left out of the reason
 */
export function refusalReason(challenge: string | null, token: string): string | undefined {
  const reason = reasonIn(challenge ?? '');
  // Shortened at last, so that no part of the token is left.
  return token === ''
    ? reason?.slice(0, maxLength)
    : reason?.replaceAll(token, '…').slice(0, maxLength);
}

function reasonIn(challenge: string): string | undefined {
  const scope = parameter(challenge, 'scope');
  if (parameter(challenge, 'error') === 'insufficient_scope' && scope !== undefined) {
    return `the token needs the scope ${scope}`;
  }
  return parameter(challenge, 'error_description');
}

/** The value of a parameter that is not empty. */
function parameter(challenge: string, name: string): string | undefined {
  const [, value] = new RegExp(`[ ,]${name}="([^"]+)"`).exec(challenge) ?? [];
  return value;
}
