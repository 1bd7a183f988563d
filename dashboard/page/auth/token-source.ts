// Provides tokens for the client, and what the user can do if there is no token.
import type { TokenConfiguration } from '../model/configuration';
import { createSignIn, type SignInDependencies } from './sign-in';

export interface TokenSource {
  /** Returns a valid token for the client. Rejects if the user has to act first, or if the source fails. */
  readonly getToken: () => Promise<string>;
  /** What the user can do if there is no token, or if it is refused. */
  readonly remedy:
    | { readonly kind: 'none' }
    | { readonly kind: 'sign-in'; readonly signIn: () => Promise<void> }
    | { readonly kind: 'paste'; readonly accept: (token: string) => void };
  /** Returns why the last call of `getToken` failed; undefined if it did not fail. */
  readonly problem: () => string | undefined;
}

/** The dependencies of a token source. */
export interface TokenDependencies extends SignInDependencies {
  readonly fetch: typeof fetch;
}

/** Creates the token source that is configured in `config.json`. */
export function createTokenSource(
  configuration: TokenConfiguration,
  dependencies: TokenDependencies,
): TokenSource {
  switch (configuration.kind) {
    case 'endpoint':
      return watched(() => fetchToken(configuration.url, dependencies.fetch), { kind: 'none' });
    case 'oauth': {
      const { getToken, signIn } = createSignIn(configuration, dependencies);
      return watched(getToken, { kind: 'sign-in', signIn });
    }
    case 'paste': {
      // Kept in memory only, until the page is closed.
      let pasted = '';
      const getToken = () =>
        pasted === ''
          ? Promise.reject(new Error('Paste a token to connect.'))
          : Promise.resolve(pasted);
      const accept = (token: string) => {
        pasted = token.trim().replace(/^Bearer\s+/i, '');
      };
      return watched(getToken, { kind: 'paste', accept });
    }
  }
}

/** Keeps the error of `getToken`, because the client reports all failures with the same reason. */
function watched(getToken: () => Promise<string>, remedy: TokenSource['remedy']): TokenSource {
  let problem: string | undefined;
  return {
    remedy,
    problem: () => problem,
    async getToken() {
      try {
        const token = await getToken();
        problem = undefined;
        return token;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        throw error;
      }
    },
  };
}

/** Gets a token from an endpoint that identifies the user by a cookie, and responds with a JWT, as text or as `token` in JSON. */
async function fetchToken(url: string, request: typeof fetch): Promise<string> {
  let response: Response;
  try {
    response = await request(url, { cache: 'no-store', credentials: 'include' });
  } catch (error) {
    throw new Error(`No answer from ${url}.`, { cause: error });
  }
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  const text = (await response.text()).trim();
  const token = text.startsWith('{') ? (JSON.parse(text) as { token?: unknown }).token : text;
  if (typeof token === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return token;
  throw new Error(`${url} must answer with a JWT, as text or as {"token": …}.`);
}
