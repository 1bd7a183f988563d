// The source of the client's tokens, and what a person can do if there is no token.
import type { TokenConfiguration } from '../model/configuration';
import { createSignIn, type SignInDependencies } from './sign-in';

export interface TokenSource {
  /** A valid token for the client. Rejects if a person has to do something first, or the source fails. */
  readonly getToken: () => Promise<string>;
  /** What a person can do if there is no token, or it is refused. */
  readonly remedy:
    | { readonly kind: 'none' }
    | { readonly kind: 'sign-in'; readonly signIn: () => Promise<void> }
    | { readonly kind: 'paste'; readonly accept: (token: string) => void };
  /** Why the last call of `getToken` failed; undefined if it did not. */
  readonly problem: () => string | undefined;
}

/** The dependencies of a token source. */
export interface TokenDependencies extends SignInDependencies {
  readonly fetch: typeof fetch;
}

export function createTokenSource(
  configuration: TokenConfiguration,
  dependencies: TokenDependencies,
): TokenSource {
  switch (configuration.kind) {
    case 'endpoint':
      return watched(() => askEndpoint(configuration.url, dependencies.fetch), { kind: 'none' });
    case 'oauth': {
      const { getToken, signIn } = createSignIn(configuration, dependencies);
      return watched(getToken, { kind: 'sign-in', signIn });
    }
    case 'paste': {
      // It is kept in memory only, until the page is closed.
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

/** Remembers why there was no token: the client reports every failure alike. */
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

/** The endpoint identifies the person by a cookie, and responds with a JWT: as text, or as `token` in JSON. */
async function askEndpoint(url: string, ask: typeof fetch): Promise<string> {
  let response: Response;
  try {
    response = await ask(url, { cache: 'no-store', credentials: 'include' });
  } catch (error) {
    throw new Error(`No answer from ${url}.`, { cause: error });
  }
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  const text = (await response.text()).trim();
  const token = text.startsWith('{') ? (JSON.parse(text) as { token?: unknown }).token : text;
  if (typeof token === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return token;
  throw new Error(`${url} must answer with a JWT, as text or as {"token": …}.`);
}
