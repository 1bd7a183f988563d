// Sends requests to an OAuth 2.0 provider, e.g. Cognito, and evaluates its responses: authorization code with PKCE.
import * as oauth from 'oauth4webapi';
import type { TokenConfiguration } from '../model/configuration';

export type OAuthConfiguration = Extract<TokenConfiguration, { kind: 'oauth' }>;

/** The state of a sign-in that has begun. */
export interface PendingSignIn {
  readonly verifier: string;
  readonly state: string;
}

export interface Tokens {
  /** The access token or the id token, as configured. */
  readonly token: string;
  readonly refreshToken: string | undefined;
  readonly expiresInSeconds: number;
}

export interface OAuthProvider {
  /** Begins a sign-in. Redirect the user to `url`, and keep `begun` until the provider redirects back. */
  readonly begin: () => Promise<{ readonly begun: PendingSignIn; readonly url: string }>;
  /**
   * Exchanges the code of the provider's redirect for tokens.
   * @param answer the parameters that the provider has added to the page's address
   * @throws if the provider refuses, or if the answer does not belong to `begun`
   */
  readonly redeem: (answer: URLSearchParams, begun: PendingSignIn | undefined) => Promise<Tokens>;
  /** Gets new tokens for a refresh token. Rejects if the provider refuses it. */
  readonly refresh: (refreshToken: string) => Promise<Tokens>;
}

/** @param page the page's address, to which the provider redirects back */
export function createOAuthProvider(
  configuration: OAuthConfiguration,
  page: URL,
  send: typeof fetch,
): OAuthProvider {
  const redirectUri = `${page.origin}${page.pathname}`;
  const tokenUrl = new URL(configuration.tokenUrl, page);
  // Its metadata is not fetched, because both addresses are configured. The library requires an issuer, but does not use it.
  const server = { issuer: tokenUrl.origin, token_endpoint: tokenUrl.href };
  const client = { client_id: configuration.clientId };
  const noSecret = oauth.None();
  const options: oauth.TokenEndpointRequestOptions = {
    [oauth.customFetch]: (url, { signal, ...request }) =>
      send(url, { ...request, ...(signal !== undefined && { signal }) }),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only to attract attention; the local stack has no TLS
    [oauth.allowInsecureRequests]: page.protocol === 'http:' || isLoopback(tokenUrl),
  };

  async function readTokens(request: Promise<Response>): Promise<Tokens> {
    const response = await request.catch((cause: unknown) => {
      throw new Error(`No answer from ${configuration.tokenUrl}.`, { cause });
    });
    // Without the id token, which the library would verify. The page does not know the issuer, and its clock may be wrong; the
    // service verifies the token.
    const { id_token: idToken, ...body } = await readBody(response);
    try {
      const answer = await oauth.processGenericTokenEndpointResponse(
        server,
        client,
        Response.json(body, { status: response.status }),
      );
      const token = configuration.use === 'id_token' ? idToken : answer.access_token;
      if (typeof token !== 'string') throw new Error(`The answer has no ${configuration.use}.`);
      const { refresh_token: refreshToken, expires_in: expiresInSeconds = 300 } = answer;
      return { token, refreshToken, expiresInSeconds };
    } catch (cause) {
      const { error } = body;
      const why = typeof error === 'string' ? error : `status ${response.status}`;
      throw new Error(`The sign-in gave no token (${why}): sign in again.`, { cause });
    }
  }

  function checkAnswer(answer: URLSearchParams, state: string): URLSearchParams {
    const checked = new URLSearchParams(answer);
    // `iss` distinguishes providers (RFC 9207), and the page has only one.
    checked.delete('iss');
    try {
      return oauth.validateAuthResponse(server, client, checked, state);
    } catch (cause) {
      if (!(cause instanceof oauth.AuthorizationResponseError)) throw notBegunHere(cause);
      const why = cause.error_description ?? cause.error;
      throw new Error(`Signing in failed: ${why}.`, { cause });
    }
  }

  return {
    async begin() {
      const verifier = oauth.generateRandomCodeVerifier();
      const state = oauth.generateRandomState();
      const begun = { verifier, state };
      return { begun, url: await signInUrl(configuration, redirectUri, begun) };
    },
    async redeem(answer, begun) {
      if (begun === undefined) throw notBegunHere();
      const { verifier, state } = begun;
      const checked = checkAnswer(answer, state);
      if ((checked.get('code') ?? '') === '') throw notBegunHere();
      return readTokens(
        oauth.authorizationCodeGrantRequest(
          ...([server, client, noSecret, checked, redirectUri, verifier, options] as const),
        ),
      );
    },
    refresh: (refreshToken) =>
      readTokens(oauth.refreshTokenGrantRequest(server, client, noSecret, refreshToken, options)),
  };
}

/** Returns the address of the sign-in page, from which the provider redirects back to `redirectUri`. */
async function signInUrl(
  { authorizationUrl, clientId, scope }: OAuthConfiguration,
  redirectUri: string,
  { verifier, state }: PendingSignIn,
): Promise<string> {
  const address = new URL(authorizationUrl);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return address.href;
}

const notBegunHere = (cause?: unknown) =>
  new Error('This sign-in was not started by this page: sign in again.', { cause });

async function readBody(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

const isLoopback = ({ hostname }: URL) =>
  /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
