// Signs the user in at an OAuth 2.0 provider, and refreshes tokens until the sign-in expires.
import { createOAuthProvider } from './oauth-provider';
import type { PendingSignIn, OAuthConfiguration, Tokens } from './oauth-provider';

/** The dependencies of signing in. */
export interface SignInDependencies {
  readonly fetch: typeof fetch;
  /** The page's address; the provider adds `code` and `state` to it. */
  readonly pageUrl: string;
  /** Replaces the address in the browser's address bar, without loading it. */
  readonly showUrl: (url: string) => void;
  readonly goTo: (url: string) => void;
  /** Storage of this tab that survives the redirect to the provider and back. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly now: () => number;
}

export interface SignIn {
  /** Returns a token that is valid for at least a minute. Rejects if the user has to sign in again. */
  readonly getToken: () => Promise<string>;
  /** Redirects to the provider's page. */
  readonly signIn: () => Promise<void>;
}

interface Grant extends Tokens {
  /** In milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

const storageKey = 'mission-control-sign-in';
const marginMilliseconds = 60_000;

/**
 * Creates a sign-in. Tokens are kept in memory only, because an injected script could read any storage. After a reload,
 * the provider issues new tokens by its own session, without a prompt.
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

  /** Returns the grant of the provider's redirect, if the page was opened by one. */
  function returned(): Promise<Grant> | undefined {
    const answer = page.searchParams;
    const begun = readBegun(storage.getItem(storageKey));
    storage.removeItem(storageKey);
    if (!answer.has('state')) return undefined;
    // The code must not stay in the address, which users copy.
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
    // The page has just been opened, so a redirect loses nothing. Later, the user has to press a button.
    const held = (grant ??= signIn().then(() => {
      throw new Error('You are not signed in.');
    }));
    const { token, expiresAt, refreshToken } = await held;
    if (expiresAt - now() >= marginMilliseconds) return token;
    if (refreshToken === undefined) throw new Error('Your sign-in has ended: sign in again.');
    // Of two simultaneous calls, only the first sends the refresh token, which may be valid only once.
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

function readBegun(text: string | null): PendingSignIn | undefined {
  return text === null ? undefined : (JSON.parse(text) as PendingSignIn);
}
