// Fetches and keeps the public keys of a token issuer. The library's own fetcher speaks https only, while
// the issuer of the local stack is plain http on loopback; its setting holds http to loopback.
import * as v from 'valibot';
import { describeFaults, objectOf, parse } from '#sdk/protocol';
import { parseSettings } from '#lambdas/contract/settings';
import { KeysUnavailableError } from '#core/auth/no-verdict';
import type { Clock } from '#core/clock';
import { parseKeySet, type VerificationKey } from './key-set';

/**
 * Gets the body of a URL, or rejects.
 * @param deadline milliseconds since the Unix epoch
 */
export type Load = (url: string, deadline: number) => Promise<ArrayBuffer>;

/** Where an issuer describes itself. @see https://openid.net/specs/openid-connect-discovery-1_0.html */
export function discoveryUrlOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** Keys older than this are fetched again before the next token: so long a withdrawn one is trusted. */
const freshMilliseconds = 5 * 60_000;

/** So long they are trusted while the issuer cannot be reached; after that nobody gets in. */
const longestMilliseconds = 60 * 60_000;

/** The pause after a fetch that failed, for keys that are good for a while yet: not everybody has to wait for it. */
const pauseMilliseconds = 60_000;

/**
 * All fetches, whoever causes them: so many at once, and one more each ten seconds. Else anybody could have this
 * function hammer the issuer, with tokens that name keys which do not exist.
 */
const fetchesAtOnce = 6;
const millisecondsForOneMore = 10_000;

/** What a fetch may take in all: the function has 15 s, and a token may have waited for another fetch before. */
const fetchMilliseconds = 10_000;

/** A token that has waited for longer has no fetch of its own: there would not be the time for it. */
const timeoutMilliseconds = 3_000;

/** The keys of an issuer, as they were fetched. */
export interface FetchedKeys {
  readonly keys: readonly VerificationKey[];
  /** When the fetch began, in milliseconds since the Unix epoch. */
  readonly fetchedAt: number;
}

export interface IssuerKeys {
  /**
   * The keys to check a token with, fetched if there are none that are fresh.
   * @throws {@link KeysUnavailableError} when there are none, or they are too old to be trusted without the issuer
   */
  current(): Promise<FetchedKeys>;
  /**
   * The keys as they are now, for a token that none of the `current` ones fits: they may be new, or not the same.
   * @param since when the token came, in milliseconds since the Unix epoch
   * @returns undefined when they are known to be the same, or were fetched too often to be fetched again so soon
   * @throws {@link KeysUnavailableError} when the issuer does not tell them now
   */
  refreshed(since: number): Promise<FetchedKeys | undefined>;
}

/**
 * The keys at a URL. Asked for a {@link discoveryUrlOf discovery URL} of `issuer`, it goes on to the keys that are
 * described there.
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
      const cause = failure?.error.cause ?? new Error('They have been fetched too often just now');
      return Promise.reject(new KeysUnavailableError(cause));
    }
    return (fetching = loadKeys(now()));
  }

  /** Keys that are good enough without asking. */
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
        // A cold start's may have been frozen with its environment, and fail for no other reason.
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

/** The URL of an issuer's keys, as the issuer itself names it. */
async function discoverKeys(
  issuer: string,
  url: string,
  load: Load,
  deadline: number,
): Promise<string> {
  const text = new TextDecoder().decode(await load(url, deadline));
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

/** How many fetches are left. By the clock: Lambda stops timers between invocations. */
function createAllowance(now: Clock) {
  /** When all are there again, in milliseconds since the Unix epoch. */
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
