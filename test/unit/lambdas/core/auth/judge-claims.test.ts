// For any claims, an owner has a valid user id, and an expiry in the future, in whole seconds.
import fc from 'fast-check';
import { isUserId } from '#core/auth/user-id';
import { judgeClaims } from '#core/auth/judge-claims';
import { anyCharacter } from '#test/support/data/any-text';

const now = 1_770_000_000_000;

it('returns the owner of valid claims, with the expiry rounded down to the second', () => {
  expect(judgeClaims({ sub: 'alice', exp: 1_770_000_001.7 }, now)).toEqual({
    ok: true,
    value: { userId: 'alice', expiresAt: 1_770_000_001_000 },
  });
});

it.each([
  [{ iat: 1_769_999_000 }, 1_769_999_000_000],
  [{ iat: 1_769_999_000.25 }, 1_769_999_000_250],
  [{ iat: 1_770_000_060 }, 1_770_000_060_000],
  [{}, undefined],
])('reads the issue time of %j as %p', (claims, issuedAt) => {
  const verdict = judgeClaims({ sub: 'alice', exp: 1_770_000_001, ...claims }, now);
  expect(verdict.ok && verdict.value.issuedAt).toBe(issuedAt);
});

it('returns an owner who may connect now, or a refusal, for any claims', () => {
  const exp = fc.oneof(fc.double(), fc.double({ min: 1.769e9, max: 1.771e9 }), fc.jsonValue());
  const sub = fc.oneof(fc.string({ unit: anyCharacter }), fc.jsonValue());
  const claims = fc.record({ sub, exp, iat: exp }, { requiredKeys: [] });
  const hours = fc.integer({ min: 1, max: 8760 });
  fc.assert(
    fc.property(claims, fc.option(hours, { nil: undefined }), (claims, maxTokenHours) => {
      const verdict = judgeClaims(claims, now, maxTokenHours);
      if (!verdict.ok) return;
      const { userId, expiresAt, issuedAt } = verdict.value;
      expect(isUserId(userId)).toBe(true);
      expect(userId).toBe(claims.sub);
      expect(Number.isSafeInteger(expiresAt)).toBe(true);
      expect(expiresAt % 1000).toBe(0);
      expect(expiresAt).toBeGreaterThan(now);
      expect(expiresAt).toBeLessThanOrEqual(Number(claims.exp) * 1000);
      expect(issuedAt ?? 0).toBeGreaterThanOrEqual(0);
      expect(issuedAt ?? 0).toBeLessThanOrEqual(now + 60_000);
      expect(issuedAt === undefined).toBe(claims.iat === undefined);
      if (maxTokenHours === undefined) return;
      expect(expiresAt).toBeLessThanOrEqual((issuedAt ?? NaN) + maxTokenHours * 3_600_000);
    }),
  );
});
