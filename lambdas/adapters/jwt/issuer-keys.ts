// Fetches and caches the public keys of a token issuer. The library's own fetcher supports https only, while the issuer
// of the local stack uses plain http on loopback; the schema of the setting allows http on loopback only.
import * as v from 'valibot';
import { describeFaults, objectOf, parse } from '#sdk/protocol';
import { parseSettings } from '#lambdas/contract/settings';
import { KeysUnavailableError } from '#core/auth/no-verdict';
import type { Clock } from '#core/clock';
import { parseKeySet, type VerificationKey } from './key-set';

/**
 * Resolves with the body of a URL, or rejects.
 * @param deadline milliseconds since the Unix epoch
 */
export type Load = (url: string, deadline: number) => Promise<ArrayBuffer>;

/** The URL of an issuer's metadata. @see https://openid.net/specs/openid-connect-discovery-1_0.html */
export function discoveryUrlOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** Keys older than this are fetched again before the next token. For as long, a withdrawn key is trusted. */
const freshMilliseconds = 5 * 60_000;

/** For how long keys are trusted while the issuer cannot be reached. After that, no token is accepted. */
const longestMilliseconds = 60 * 60_000;

/** The pause after a failed fetch while older keys are still trusted, so that not every token waits for a fetch. */
const pauseMilliseconds = 60_000;

/**
 * The rate limit of all fetches, whatever causes them: this many at once, and one more every ten seconds. Without it,
 * an attacker could flood the issuer through this function, with tokens that name unknown keys.
 */
const fetchesAtOnce = 6;
const millisecondsForOneMore = 10_000;

/** The longest fetch, retries included: the function has 15 s, and a token may have waited for another fetch before. */
const fetchMilliseconds = 10_000;

/** A token that has waited for longer gets no fetch of its own: too little time is left. */
const timeoutMilliseconds = 3_000;

/** The keys of an issuer, with the time of the fetch. */
export interface FetchedKeys {
  readonly keys: readonly VerificationKey[];
  /** When the fetch began, in milliseconds since the Unix epoch. */
  readonly fetchedAt: number;
}

export interface IssuerKeys {
  /**
   * The keys to verify a token with; fetched if the cached ones are not fresh.
   * @throws {@link KeysUnavailableError} if they cannot be fetched, and the cached ones are too old to be trusted
   */
  current(): Promise<FetchedKeys>;
  /**
   * Fetches the keys again, for a token that fits none of the `current` ones: the issuer may have changed them.
   * @param since when the token came, in milliseconds since the Unix epoch
   * @returns undefined if they were fetched since then, or too often to be fetched again so soon
   * @throws {@link KeysUnavailableError} if they cannot be fetched now
   */
  refreshed(since: number): Promise<FetchedKeys | undefined>;
}

/**
 * The keys at a URL. If it is the {@link discoveryUrlOf discovery URL} of `issuer`, the keys are fetched from the
 * `jwks_uri` of its metadata.
 */
export function createIssuerKeys(options: {
  readonly url: string;
  readonly issuer: string;
  readonly load: Load;
  readonly now: Clock;
}): IssuerKeys {
  const { url, issuer, load, now } = options;
  const allowance = createAllowance(now);
  let known: FetchedKeys | undefined;
  let fetching: Promise<FetchedKeys> | undefined;
  /** The last fetch, if it failed. */
  let failure: { readonly at: number; readonly error: KeysUnavailableError } | undefined;

  async function loadKeys(fetchedAt: number): Promise<FetchedKeys> {
    try {
      const deadline = fetchedAt + fetchMilliseconds;
      const isDiscovery = url === discoveryUrlOf(issuer);
      const keysUrl = isDiscovery ? await discoverKeys(issuer, url, load, deadline) : url;
      known = { keys: parseKeySet(await load(keysUrl, deadline)), fetchedAt };
      failure = undefined;
      return known;
    } catch (cause) {
      failure = { at: now(), error: new KeysUnavailableError(cause) };
      throw failure.error;
    } finally {
      fetching = undefined;
    }
  }

  function fetchKeys(): Promise<FetchedKeys> {
    if (fetching !== undefined) return fetching;
    if (!allowance.take()) {
      const cause =
        failure?.error.cause ??
        new Error('The keys have been fetched too often in the last minute.');
      return Promise.reject(new KeysUnavailableError(cause));
    }
    return (fetching = loadKeys(now()));
  }

  /** The cached keys, if they may be used without a fetch. */
  function usable(): FetchedKeys | undefined {
    if (known === undefined) return undefined;
    const age = now() - known.fetchedAt;
    if (age < freshMilliseconds) return known;
    const isPaused = failure !== undefined && now() - failure.at < pauseMilliseconds;
    return isPaused && age < longestMilliseconds ? known : undefined;
  }

  return {
    async current() {
      const good = usable();
      if (good !== undefined) return good;
      if (fetching !== undefined) {
        // The fetch of a cold start may fail only because its environment was frozen meanwhile.
        const since = now();
        const shared = await fetching.catch(() => undefined);
        if (shared !== undefined) return shared;
        if (now() - since >= timeoutMilliseconds && failure !== undefined) throw failure.error;
      }
      try {
        return await fetchKeys();
      } catch (error) {
        if (known !== undefined && now() - known.fetchedAt < longestMilliseconds) return known;
        throw error;
      }
    },

    async refreshed(since) {
      if (known !== undefined && known.fetchedAt >= since) return undefined;
      const isInTime = now() - since < timeoutMilliseconds;
      if (isInTime && (fetching !== undefined || allowance.isLeft())) return fetchKeys();
      if (failure !== undefined) throw failure.error;
      return undefined;
    },
  };
}

const descriptionSchema = objectOf({
  issuer: v.string('must be a string'),
  jwks_uri: v.string('must be a string'),
});

/** The URL of an issuer's keys, from its metadata. */
async function discoverKeys(
  issuer: string,
  url: string,
  load: Load,
  deadline: number,
): Promise<string> {
  const text = new TextDecoder().decode(await load(url, deadline));
  const described = parse(descriptionSchema, JSON.parse(text));
  if (!described.ok) throw new Error(`${url}: ${describeFaults(described.faults)}`);
  // Otherwise, an attacker who controls one path of a host could act as another issuer on the same host.
  if (described.value.issuer !== issuer) {
    throw new Error(`${url} describes another issuer than ${issuer}: the two must be equal`);
  }
  const settings = parseSettings({ jwksUri: described.value.jwks_uri }, ['jwksUri']);
  if (!settings.ok) throw new Error(`${url}: ${describeFaults(settings.faults)}`);
  return settings.value.jwksUri;
}

/** The rate limit of fetches. It uses the clock, because Lambda stops timers between invocations. */
function createAllowance(now: Clock) {
  /** When the bucket will be full, in milliseconds since the Unix epoch. */
  let fullAt = 0;
  const isLeft = () => fullAt <= now() + (fetchesAtOnce - 1) * millisecondsForOneMore;
  return {
    isLeft,
    take(): boolean {
      if (!isLeft()) return false;
      fullAt = Math.max(fullAt, now()) + millisecondsForOneMore;
      return true;
    },
  };
}
