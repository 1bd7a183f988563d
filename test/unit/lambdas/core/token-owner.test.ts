// Whatever claims hold, an owner is a usable id and an expiry that is a whole second to come.
import fc from 'fast-check';
import { isUserId } from '../../../../lambdas/core/authorizer-context';
import { tokenOwner } from '../../../../lambdas/core/token-owner';

const now = 1_770_000_000_000;

test('the owner of good claims', () => {
  expect(tokenOwner({ sub: 'alice', exp: 1_770_000_001.7 }, now)).toEqual({
    ok: true,
    value: { userId: 'alice', expiresAt: 1_770_000_001_000 },
  });
});

test('any claims at all give an owner who may connect now, or a refusal', () => {
  const exp = fc.oneof(fc.double(), fc.double({ min: 1.769e9, max: 1.771e9 }), fc.jsonValue());
  const sub = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue());
  fc.assert(
    fc.property(fc.record({ sub, exp }, { requiredKeys: [] }), (claims) => {
      const verdict = tokenOwner(claims, now);
      if (!verdict.ok) return;
      const { userId, expiresAt } = verdict.value;
      expect(isUserId(userId)).toBe(true);
      expect(userId).toBe(claims.sub);
      expect(Number.isSafeInteger(expiresAt)).toBe(true);
      expect(expiresAt % 1000).toBe(0);
      expect(expiresAt).toBeGreaterThan(now);
      expect(expiresAt).toBeLessThanOrEqual(Number(claims.exp) * 1000);
    }),
  );
});
