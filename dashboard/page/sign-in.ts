// Signs a person in at an OAuth 2.0 provider, e.g. Cognito: authorization code with PKCE, as a browser may do it.
import type { TokenConfiguration } from './configuration';

type OAuth = Extract<TokenConfiguration, { kind: 'oauth' }>;

/** What signing in needs of the page. */
export interface SignInWorld {
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

interface Grant {
  readonly token: string;
  readonly refreshToken: string | undefined;
  /** In milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

const storageKey = 'mission-control-sign-in';
const marginMs = 60_000;

/**
 * Tokens are kept in memory only: a script that got into the page could read any storage. After a reload the
 * provider is asked again, which has a session of its own and does not ask the person.
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-oauth-browser-based-apps
 */
export function createSignIn(configuration: OAuth, world: SignInWorld): SignIn {
  const { storage, now } = world;
  const page = new URL(world.pageUrl);
  const redirectUri = `${page.origin}${page.pathname}`;
  let grant: Promise<Grant> | undefined = returned();

  /** The grant that this page was opened with, by a provider that sent the person back. */
  function returned(): Promise<Grant> | undefined {
    const answer = page.searchParams;
    const begun = readBegun(storage.getItem(storageKey));
    storage.removeItem(storageKey);
    if (!answer.has('state')) return undefined;
    // Nobody may send the code on, by copying the address.
    world.showUrl(redirectUri);
    const promise = redeem(answer, begun);
    promise.catch(() => undefined);
    return promise;
  }

  async function redeem(answer: URLSearchParams, begun: Begun | undefined): Promise<Grant> {
    const code = answer.get('code');
    const failure = answer.get('error_description') ?? answer.get('error');
    if (failure !== null) throw new Error(`Signing in failed: ${failure}.`);
    const verifier = begun?.state === answer.get('state') ? begun.verifier : undefined;
    if (code === null || verifier === undefined) {
      throw new Error('This sign-in was not begun here: sign in again.');
    }
    return ask({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
  }

  /** Asks the provider for tokens. */
  async function ask(parameters: Record<string, string>): Promise<Grant> {
    const body = new URLSearchParams({ client_id: configuration.clientId, ...parameters });
    const response = await world
      .fetch(configuration.tokenUrl, { method: 'POST', body })
      .catch((error: unknown) => {
        throw new Error(`No answer from ${configuration.tokenUrl}.`, { cause: error });
      });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    const token = answer[configuration.use];
    if (!response.ok || typeof token !== 'string') {
      const why =
        typeof answer['error'] === 'string' ? answer['error'] : `status ${response.status}`;
      throw new Error(`The sign-in gave no token (${why}): sign in again.`);
    }
    const { refresh_token: fresh, expires_in: seconds } = answer;
    return {
      token,
      refreshToken: typeof fresh === 'string' ? fresh : parameters['refresh_token'],
      expiresAt: now() + (typeof seconds === 'number' ? seconds : 300) * 1000,
    };
  }

  async function signIn(): Promise<void> {
    const [verifier, state] = [randomText(), randomText()];
    storage.setItem(storageKey, JSON.stringify({ verifier, state }));
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    const address = new URL(configuration.authorizationUrl);
    const parameters = {
      response_type: 'code',
      client_id: configuration.clientId,
      redirect_uri: redirectUri,
      scope: configuration.scope,
      state,
      code_challenge: base64Url(new Uint8Array(digest)),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    world.goTo(address.href);
  }

  async function getToken(): Promise<string> {
    // The person has just come: nothing is lost by leaving. Later, the page asks before it leaves.
    const held = (grant ??= signIn().then(() => {
      throw new Error('You are not signed in.');
    }));
    const { token, expiresAt, refreshToken } = await held;
    if (expiresAt - now() >= marginMs) return token;
    if (refreshToken === undefined) throw new Error('Your sign-in has ended: sign in again.');
    // Two may ask at once, and a refresh token may be good for one use: the first asks for both.
    if (grant === held) {
      const refreshed = ask({ grant_type: 'refresh_token', refresh_token: refreshToken });
      grant = refreshed;
      refreshed.catch(() => (grant = held));
    }
    return (await grant).token;
  }

  return { getToken, signIn };
}

interface Begun {
  readonly verifier: string;
  readonly state: string;
}

function readBegun(text: string | null): Begun | undefined {
  return text === null ? undefined : (JSON.parse(text) as Begun);
}

const randomText = () => base64Url(crypto.getRandomValues(new Uint8Array(32)));

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
