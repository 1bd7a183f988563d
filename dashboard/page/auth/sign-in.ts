// Signs a person in at an OAuth 2.0 provider: there, back, and not again while the sign-in lasts.
import { createOAuthProvider } from './oauth-provider';
import type { Begun, OAuthConfiguration, Tokens } from './oauth-provider';

/** What signing in needs of the page. */
export interface SignInDependencies {
  readonly fetch: typeof fetch;
  /** The page's address; the provider adds `code` and `state` to it. */
  readonly pageUrl: string;
  /** Replaces the address that is shown, without loading it. */
  readonly showUrl: (url: string) => void;
  readonly goTo: (url: string) => void;
  /** Outlives the way to the provider and back, in this tab alone. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly now: () => number;
}

export interface SignIn {
  /** A token that is good for a minute at least. Rejects when the person must sign in again. */
  readonly getToken: () => Promise<string>;
  /** Leaves the page for the provider's. */
  readonly signIn: () => Promise<void>;
}

interface Grant extends Tokens {
  /** In milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

const storageKey = 'mission-control-sign-in';
const marginMilliseconds = 60_000;

/**
 * Tokens are kept in memory only: a script that got into the page could read any storage. After a reload the
 * provider is asked again, which has a session of its own and does not ask the person.
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-oauth-browser-based-apps
 */
export function createSignIn(
  configuration: OAuthConfiguration,
  dependencies: SignInDependencies,
): SignIn {
  const { storage, now } = dependencies;
  const page = new URL(dependencies.pageUrl);
  const provider = createOAuthProvider(configuration, page, dependencies.fetch);
  let grant: Promise<Grant> | undefined = returned();

  /** The grant that this page was opened with, by a provider that sent the person back. */
  function returned(): Promise<Grant> | undefined {
    const answer = page.searchParams;
    const begun = readBegun(storage.getItem(storageKey));
    storage.removeItem(storageKey);
    if (!answer.has('state')) return undefined;
    // Nobody may send the code on, by copying the address.
    dependencies.showUrl(`${page.origin}${page.pathname}`);
    const promise = provider.redeem(answer, begun).then(grantOf);
    promise.catch(() => undefined);
    return promise;
  }

  function grantOf(tokens: Tokens): Grant {
    return { ...tokens, expiresAt: now() + tokens.expiresInSeconds * 1000 };
  }

  async function signIn(): Promise<void> {
    const { begun, url } = await provider.begin();
    storage.setItem(storageKey, JSON.stringify(begun));
    dependencies.goTo(url);
  }

  async function getToken(): Promise<string> {
    // The person has just come: nothing is lost by leaving. Later, the page asks before it leaves.
    const held = (grant ??= signIn().then(() => {
      throw new Error('You are not signed in.');
    }));
    const { token, expiresAt, refreshToken } = await held;
    if (expiresAt - now() >= marginMilliseconds) return token;
    if (refreshToken === undefined) throw new Error('Your sign-in has ended: sign in again.');
    // Two may ask at once, and a refresh token may be good for one use: the first asks for both.
    if (grant === held) {
      const refreshed = provider
        .refresh(refreshToken)
        .then((tokens) =>
          grantOf({ ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }),
        );
      grant = refreshed;
      refreshed.catch(() => (grant = held));
    }
    return (await grant).token;
  }

  return { getToken, signIn };
}

function readBegun(text: string | null): Begun | undefined {
  return text === null ? undefined : (JSON.parse(text) as Begun);
}
