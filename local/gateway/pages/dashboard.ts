// Serves the dashboard on the gateway's port, and a token of the local issuer for pages of the same origin.
import { bundleDashboard, type DashboardFile } from '#dashboard/bundle';
import type { Gateway } from '../gateway';
import type { HttpResult } from '../http/http-result';
import { jsonPage } from './page';
import { isOfSameOrigin } from '../../support/loopback';

export interface DashboardOptions {
  readonly gateway: Pick<Gateway, 'show'>;
  /** Undefined if the stack has an external issuer: then the user pastes a token. */
  readonly mintToken: (() => Promise<string>) | undefined;
  /** The AWS endpoint, to which `npm run emit` sends events. */
  readonly awsEndpointUrl: string;
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
export function showDashboard({ gateway, mintToken, awsEndpointUrl }: DashboardOptions): void {
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
  const configuration = {
    token: mintToken === undefined ? { kind: 'paste' } : { kind: 'endpoint', url: tokenPath },
    commands: [
      `npm run emit -- ${emitOption}agent:status agent-123 online`,
      `npm run emit -- ${emitOption}session:activity agent-123 session-456 "User said: Hello"`,
      `npm run emit -- ${emitOption}agent:status agent-456 error`,
    ],
  };
  gateway.show('/config.json', jsonPage(configuration, fresh));
  if (mintToken === undefined) return;
  gateway.show(tokenPath, async (request) => {
    const headers = { 'content-type': 'text/plain', ...fresh };
    if (!isOfSameOrigin(request.headers)) {
      const body =
        'Only pages of this stack may request this token. Run npm run -s token to print one.';
      return { statusCode: 403, headers, cookies: [], body };
    }
    return { statusCode: 200, headers, cookies: [], body: await mintToken() };
  });
}

function answerWith({ contents, contentType, isHashed }: DashboardFile): HttpResult {
  const kept = { 'cache-control': 'public, max-age=31536000, immutable' };
  const headers = { 'content-type': contentType, ...securityHeaders, ...(isHashed ? kept : fresh) };
  return { statusCode: 200, headers, cookies: [], body: contents };
}
