// Serves the dashboard on the gateway's port, and a token of the local issuer for pages of the same origin.
import { bundleDashboard, type DashboardFile } from '#dashboard/bundle';
import type { Gateway } from '../gateway';
import type { HttpResult } from '../http/http-result';
import { jsonPage, type Page } from './page';
import type { ExampleTeam } from '../../support/example-team';
import { isOfSameOrigin } from '../../support/loopback';

export interface DashboardOptions {
  readonly gateway: Pick<Gateway, 'show'>;
  /** Undefined if the stack has an external issuer: then the user pastes a token. */
  readonly mintToken: MintToken | undefined;
  /** The AWS endpoint, to which `npm run emit` sends events. */
  readonly awsEndpointUrl: string;
  /** The team whose claim and agents are examples. Undefined if the stack has no scopes. */
  readonly team?: ExampleTeam | undefined;
}

const tokenPath = '/token';

/** Allows scripts, styles and connections of this origin only. */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const fresh = { 'cache-control': 'no-store' };

/** Serves the dashboard at `/`. It is bundled at the first request, as most tests never request it. */
export function showDashboard(options: DashboardOptions): void {
  const { gateway, mintToken, awsEndpointUrl, team } = options;
  let bundled: Promise<readonly DashboardFile[]> | undefined;
  gateway.show('/', async () => {
    const files = await (bundled ??= bundleDashboard());
    for (const file of files) gateway.show(`/${file.path}`, () => answerWith(file));
    const index = files.find((file) => file.path === 'index.html');
    if (index === undefined) throw new Error('the dashboard has no index.html.');
    return answerWith(index);
  });
  const { port } = new URL(awsEndpointUrl);
  const emitOption = port === '4566' ? '' : `--aws-port ${port} `;
  const [first, second] = ['agent-123', 'agent-456'].map((id) => team?.agentId(id) ?? id);
  // With scopes, the user chooses by the token which agents to see: another team in another window.
  const isPasted = mintToken === undefined || team !== undefined;
  const configuration = {
    token: isPasted ? { kind: 'paste' } : { kind: 'endpoint', url: tokenPath },
    commands: [
      `npm run emit -- ${emitOption}agent:status ${first} online`,
      `npm run emit -- ${emitOption}session:activity ${first} session-456 "User said: Hello"`,
      `npm run emit -- ${emitOption}agent:status ${second} error`,
    ],
  };
  gateway.show('/config.json', jsonPage(configuration, fresh));
  if (mintToken === undefined) return;
  gateway.show(tokenPath, tokenPage(mintToken, team));
}

type MintToken = (options: {
  readonly claims: Readonly<Record<string, unknown>>;
}) => Promise<string>;

/** Answers pages of the same origin, and programs, with a token. With scopes, the query has the claim that lists the agents. */
function tokenPage(mintToken: MintToken, team: ExampleTeam | undefined): Page {
  const answer = (statusCode: number, body: string): HttpResult => {
    return { statusCode, headers: { 'content-type': 'text/plain', ...fresh }, cookies: [], body };
  };
  return async ({ headers, url = '' }) => {
    if (!isOfSameOrigin(headers)) {
      return answer(
        403,
        'Only pages of this stack may request this token. Run npm run -s token to print one.',
      );
    }
    if (team === undefined) return answer(200, await mintToken({ claims: {} }));
    const { claim, value, tokenOption } = team;
    const values = new URL(url, 'http://localhost').searchParams.getAll(claim);
    if (values.length > 0) return answer(200, await mintToken({ claims: { [claim]: values } }));
    const example = new URLSearchParams({ [claim]: value }).toString();
    return answer(
      400,
      `Tokens of this stack need the claim ${claim}: request e.g. ${tokenPath}?${example}, or run e.g. npm run -s token -- ${tokenOption}.`,
    );
  };
}

function answerWith({ contents, contentType, isHashed }: DashboardFile): HttpResult {
  const kept = { 'cache-control': 'public, max-age=31536000, immutable' };
  const headers = { 'content-type': contentType, ...securityHeaders, ...(isHashed ? kept : fresh) };
  return { statusCode: 200, headers, cookies: [], body: contents };
}
