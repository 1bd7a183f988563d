// What the page says about a refused token.
import type { TokenRefusal } from '#core/auth/ports';
import { refusalWords } from '#dashboard/page/model/connection/refusal-words';

/** All codes of a 401 or 403 of `/whoami`; the compiler checks that none is missing. */
const codes: Readonly<Record<TokenRefusal | 'user_disconnected', true>> = {
  ...{ token_missing: true, token_ambiguous: true, scheme_not_supported: true },
  ...{ token_malformed: true, extension_not_supported: true, algorithm_not_allowed: true },
  ...{ signature_invalid: true, key_unknown: true, key_ambiguous: true },
  ...{ token_expired: true, token_not_yet_valid: true, expiry_missing: true },
  ...{ issued_in_future: true, token_too_old: true, issued_at_missing: true },
  ...{ issuer_wrong: true, audience_wrong: true, token_use_wrong: true },
  ...{ subject_invalid: true, token_invalid: true },
  ...{ scope_missing: true, scope_invalid: true, scope_too_large: true, user_disconnected: true },
};

it.each(Object.keys(codes))(
  'says for the code %s in words what is wrong, and what to do',
  (code) => {
    const words = refusalWords(code);
    expect(words).toMatch(/^[A-Z][^.]+\. [A-Z]|: /);
    expect(words).not.toContain(code);
  },
);

it.each(['from_a_later_version', 'constructor'])('names the unknown code %s', (code) => {
  expect(refusalWords(code)).toBe(
    `The server refuses the token (${code}). Get a new token: sign in again, or reload the page.`,
  );
});
