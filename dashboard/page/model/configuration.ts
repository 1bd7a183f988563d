// Reads and checks the page's configuration, `config.json`: the URL of the WebSocket, and the source of tokens.
import * as v from 'valibot';

const url = (problem: string) => v.pipe(v.string(problem), v.nonEmpty(problem));
const text = v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty'));

const tokenSchema = v.variant(
  'kind',
  [
    v.object({
      kind: v.literal('endpoint'),
      /** Responds to GET with the token of the user who is signed in. */
      url: url('must be the address that answers with a token'),
    }),
    v.object({
      kind: v.literal('oauth'),
      authorizationUrl: url('must be the address of the sign-in page'),
      tokenUrl: url('must be the address that gives tokens for codes'),
      clientId: text,
      scope: v.optional(text, 'openid'),
      use: v.optional(
        v.picklist(['access_token', 'id_token'], 'must be access_token or id_token'),
        'access_token',
      ),
    }),
    v.object({ kind: v.literal('paste') }),
  ],
  'must be endpoint, oauth or paste',
);

const configurationSchema = v.object(
  {
    webSocketUrl: v.optional(
      v.pipe(
        v.string('must be a text'),
        v.regex(/^wss?:\/\/[^/]/, 'must begin with ws:// or wss://'),
      ),
    ),
    whoamiUrl: v.optional(url('must be an address')),
    token: tokenSchema,
    commands: v.optional(v.array(text, 'must be a list of texts'), []),
  },
  'must be an object',
);

export type TokenConfiguration = v.InferOutput<typeof tokenSchema>;

export interface DashboardConfiguration {
  readonly webSocketUrl: string;
  readonly whoamiUrl?: string;
  readonly token: TokenConfiguration;
  /** Commands that create agents, which are shown while there are none. */
  readonly commands: readonly string[];
}

class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads a parsed `config.json`. Without `webSocketUrl` the WebSocket has the page's host and port.
 * @param pageUrl the page's own address; relative addresses are relative to it
 * @throws {ConfigurationError} that lists all faults
 */
export function parseConfiguration(json: unknown, pageUrl: string): DashboardConfiguration {
  const parsed = v.safeParse(configurationSchema, json);
  if (!parsed.success) {
    const faults = parsed.issues.map((issue) =>
      `${v.getDotPath(issue) ?? ''} ${issue.message}`.trim(),
    );
    throw new ConfigurationError(`config.json is invalid: ${faults.join('; ')}.`);
  }
  const { webSocketUrl, whoamiUrl, token, commands } = parsed.output;
  return {
    webSocketUrl: webSocketUrl ?? new URL(pageUrl).origin.replace(/^http/, 'ws'),
    ...(whoamiUrl !== undefined && { whoamiUrl: new URL(whoamiUrl, pageUrl).href }),
    token: token.kind === 'endpoint' ? { ...token, url: new URL(token.url, pageUrl).href } : token,
    commands,
  };
}

/** @throws {ConfigurationError} if it cannot be read, or is invalid */
export async function loadConfiguration(pageUrl: string): Promise<DashboardConfiguration> {
  const address = new URL('config.json', pageUrl);
  let json: unknown;
  try {
    const response = await fetch(address, { cache: 'no-store' });
    if (!response.ok) throw new Error(`the status is ${response.status}`);
    json = await response.json();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`${address.href} cannot be read: ${why}.`, { cause: error });
  }
  return parseConfiguration(json, pageUrl);
}
