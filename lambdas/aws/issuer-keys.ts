// Fetches and keeps the public keys of a token issuer. The library's own fetcher speaks https only, while
// the issuer of the local stack is plain http on loopback; contract.ts holds http to loopback.
import * as v from 'valibot';
import { WaitPeriodNotYetEndedJwkError } from 'aws-jwt-verify/error';
import { assertIsJwks, SimpleJwksCache, type JwksCache, type PenaltyBox } from 'aws-jwt-verify/jwk';
import type { Json } from 'aws-jwt-verify/safe-json-parse';
import { describeFaults, objectOf, parse } from '../../sdk/protocol';
import { parseSettings } from '../contract';
import type { Clock } from '../core/ports';

/** The issuer's keys could not be had: no verdict on any token is possible, and no client is to blame. */
export class KeysUnavailableError extends Error {
  readonly code = 'keys_unavailable';
  override readonly name = 'KeysUnavailableError';
}

/** Gets the body of a URL, or rejects. */
export type Load = (url: string) => Promise<ArrayBuffer>;

/** Where an issuer describes itself. @see https://openid.net/specs/openid-connect-discovery-1_0.html */
export function discoveryUrlOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/**
 * A cache for aws-jwt-verify that fetches keys when a token names one that it does not have.
 * Asked for a {@link discoveryUrlOf discovery URL} of `issuer`, it goes on to the keys that are described there.
 * Keys are kept as long as the execution environment lives.
 */
export function createKeyCache(options: {
  readonly issuer?: string;
  readonly load: Load;
  readonly now: Clock;
}): JwksCache {
  const { issuer, load, now } = options;
  const loadKeys = async (url: string) =>
    issuer !== undefined && url === discoveryUrlOf(issuer)
      ? load(await discoverKeys(issuer, load))
      : load(url);
  const unavailable = (cause: unknown) =>
    new KeysUnavailableError("The token issuer's keys are unavailable", { cause });
  return new SimpleJwksCache({
    penaltyBox: createPenaltyBox(now),
    fetcher: {
      fetch: (url) =>
        loadKeys(url).catch((cause: unknown) => {
          throw unavailable(cause);
        }),
    },
    jwksParser: (body) => {
      try {
        const keys = JSON.parse(new TextDecoder().decode(body)) as Json;
        assertIsJwks(keys);
        return keys;
      } catch (cause) {
        throw unavailable(cause);
      }
    },
  });
}

const descriptionSchema = objectOf({
  issuer: v.string('must be a string'),
  jwks_uri: v.string('must be a string'),
});

/** The URL of an issuer's keys, as the issuer itself names it. */
async function discoverKeys(issuer: string, load: Load): Promise<string> {
  const url = discoveryUrlOf(issuer);
  const text = new TextDecoder().decode(await load(url));
  const described = parse(descriptionSchema, JSON.parse(text));
  if (!described.ok) throw new Error(`${url}: ${describeFaults(described.faults)}`);
  // Else anybody who controls one path of a host could speak for another issuer on it.
  if (described.value.issuer !== issuer) {
    throw new Error(`${url} describes another issuer than ${issuer}: the two must be equal`);
  }
  const settings = parseSettings({ jwksUri: described.value.jwks_uri }, ['jwksUri']);
  if (!settings.ok) throw new Error(`${url}: ${describeFaults(settings.faults)}`);
  return settings.value.jwksUri;
}

const penaltySeconds = 10;

/**
 * After a token named a key that the issuer does not have, no token makes us fetch again for a while.
 * By the clock: the library's own penalty box has a timer, and Lambda stops timers between invocations.
 */
function createPenaltyBox(now: Clock): PenaltyBox {
  const penalties = new Map<string, number>();
  return {
    wait: (url) =>
      now() < (penalties.get(url) ?? 0)
        ? Promise.reject(new WaitPeriodNotYetEndedJwkError('The keys were fetched moments ago'))
        : Promise.resolve(),
    registerFailedAttempt: (url) => penalties.set(url, now() + penaltySeconds * 1000),
    registerSuccessfulAttempt: (url) => penalties.delete(url),
  };
}
