// The context of the authorizer stays the same through API Gateway, and any other context is refused.
import fc from 'fast-check';
import { isPattern, patternOf } from '#sdk/protocol';
import { isUserId } from '#core/auth/user-id';
import {
  buildAuthorizerContext,
  parseAuthorizerContext,
} from '#lambdas/handshake/authorizer-context';

it('parses the built context, with numbers or, as from API Gateway, with strings', () => {
  const token = fc.record(
    {
      userId: fc.string({ unit: 'grapheme', minLength: 1 }).filter(isUserId),
      expiresAt: fc.integer({ min: 1, max: 8e15 }),
      issuedAt: fc.integer({ min: 0, max: 8e15 }),
      scope: fc.array(fc.string({ unit: 'grapheme' }).map(patternOf).filter(isPattern), {
        minLength: 1,
      }),
    },
    { requiredKeys: ['userId', 'expiresAt'] },
  );
  fc.assert(
    fc.property(token, (owner) => {
      const context = buildAuthorizerContext(owner);
      const asStrings = Object.fromEntries(
        Object.entries(context).map(([name, value]) => [name, String(value)]),
      );
      const added = { principalId: owner.userId, integrationLatency: 12 };
      expect(parseAuthorizerContext(context)).toEqual(owner);
      expect(parseAuthorizerContext({ ...added, ...asStrings })).toEqual(owner);
    }),
  );
});

it.each([
  [undefined],
  [null],
  ['alice'],
  [{}],
  [{ userId: 'alice' }],
  [{ expiresAt: 1 }],
  [{ userId: '', expiresAt: 1 }],
  [{ userId: 7, expiresAt: 1 }],
  [{ userId: 'x'.repeat(256), expiresAt: 1 }],
  [{ userId: 'alice', expiresAt: 0 }],
  [{ userId: 'alice', expiresAt: -1 }],
  [{ userId: 'alice', expiresAt: 1.5 }],
  [{ userId: 'alice', expiresAt: Number.POSITIVE_INFINITY }],
  [{ userId: 'alice', expiresAt: '' }],
  [{ userId: 'alice', expiresAt: '0x10' }],
  [{ userId: 'alice', expiresAt: '1e9' }],
  [{ userId: 'alice', expiresAt: '9999999999999999' }],
  [{ userId: 'alice', expiresAt: 1, issuedAt: '' }],
  [{ userId: 'alice', expiresAt: 1, issuedAt: -1 }],
  [{ userId: 'alice', expiresAt: 1, issuedAt: 'undefined' }],
  [{ userId: 'alice', expiresAt: 1, issuedAt: null }],
  [{ userId: 'alice', expiresAt: 1, scope: null }],
  [{ userId: 'alice', expiresAt: 1, scope: '' }],
  [{ userId: 'alice', expiresAt: 1, scope: 'undefined' }],
  [{ userId: 'alice', expiresAt: 1, scope: 'null' }],
  [{ userId: 'alice', expiresAt: 1, scope: 'team-a/*' }],
  [{ userId: 'alice', expiresAt: 1, scope: '"team-a/*"' }],
  [{ userId: 'alice', expiresAt: 1, scope: '{"0":"team-a/*"}' }],
  [{ userId: 'alice', expiresAt: 1, scope: '[]' }],
  [{ userId: 'alice', expiresAt: 1, scope: '[""]' }],
  [{ userId: 'alice', expiresAt: 1, scope: '["team-a/*","a*b"]' }],
  [{ userId: 'alice', expiresAt: 1, scope: '["team-a/*",7]' }],
  [{ userId: 'alice', expiresAt: 1, scope: '["team-a/*",["shared"]]' }],
  [{ userId: 'alice', expiresAt: 1, scope: '["team-a/*"' }],
  [{ userId: 'alice', expiresAt: 1, scope: '["\\ud83d"]' }],
  [{ userId: 'alice', expiresAt: 1, scope: ['team-a/*'] }],
])('refuses the context %j', (value) => {
  expect(parseAuthorizerContext(value)).toBeUndefined();
});

it('accepts a user id of 1 to 255 bytes of well-formed text', () => {
  expect(['a', 'ä'.repeat(127), 'a#b/c d', '🙂'].every(isUserId)).toBe(true);
  expect(['', 'ä'.repeat(128), '\ud83d', '\ude42\ud83d', 7, null].some(isUserId)).toBe(false);
});
