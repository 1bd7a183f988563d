// The dashboard of the local stack: its files, its content security policy, and a token for its own page only.
import { request } from 'node:http';
import { showDashboard } from '#local/gateway/pages/dashboard';
import { exampleTeam } from '#local/support/example-team';
import { openGateway, type Gateway } from '#local/gateway/gateway';

let gateway: Gateway;
beforeEach(async () => {
  gateway = await openGateway({ warn: () => undefined });
});
afterEach(() => gateway.close());

const show = (mintToken?: () => Promise<string>, port = 4566) => {
  showDashboard({ gateway, mintToken, awsEndpointUrl: `http://localhost:${port}` });
};
const ask = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${gateway.port}${path}`, init);

/** Uses `http.request`, because `fetch` does not allow all of these headers. */
const askWith = (path: string, headers: Record<string, string>) =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    request({ host: '127.0.0.1', port: gateway.port, path, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode, body });
      });
    })
      .on('error', reject)
      .end();
  });

it('serves the page and its files, with a policy that allows only them', async () => {
  show();
  const response = await ask('/');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toContain('unsafe');
  const html = await response.text();
  expect(html).not.toMatch(/<script(?! type="module" src=)|<style|style=| on\w+=/);
  const assets = [...html.matchAll(/"(assets\/[^"]+)"/g)].map(([, path]) => `/${path ?? ''}`);
  expect(assets.map((path) => path.replace(/-\w{8}\./, '.')).sort()).toEqual([
    '/assets/main.js',
    '/assets/style.css',
  ]);
  for (const path of assets) {
    const { status, headers } = await ask(path);
    expect([status, headers.get('x-content-type-options')]).toEqual([200, 'nosniff']);
    expect(headers.get('cache-control')).toContain('immutable');
  }
});

it('answers HEAD with the headers of GET and no body', async () => {
  show();
  const [get, head] = [await ask('/'), await ask('/', { method: 'HEAD' })];
  expect([head.status, await head.text()]).toEqual([200, '']);
  for (const name of ['content-type', 'content-length', 'content-security-policy']) {
    expect(head.headers.get(name)).toBe(get.headers.get(name));
  }
});

it('serves a token at /token, and a configuration whose commands contain the port', async () => {
  show(() => Promise.resolve('a.b.c'), 4600);
  await expect((await ask('/config.json')).json()).resolves.toMatchObject({
    token: { kind: 'endpoint', url: '/token' },
    // All commands work while the stack runs. Another `npm start` would not.
    commands: [
      'npm run emit -- --aws-port 4600 agent:status agent-123 online',
      'npm run emit -- --aws-port 4600 session:activity agent-123 session-456 "User said: Hello"',
      'npm run emit -- --aws-port 4600 agent:status agent-456 error',
    ],
  });
  await expect((await ask('/token')).text()).resolves.toBe('a.b.c');
});

it('configures the page to ask for a pasted token if there is another issuer', async () => {
  show();
  await expect((await ask('/config.json')).json()).resolves.toMatchObject({
    token: { kind: 'paste' },
  });
  // The HTTP API would answer, but this test serves none.
  expect((await ask('/token')).status).toBe(503);
});

describe('with scopes', () => {
  const team = exampleTeam({ scopeClaim: 'cognito:groups', scopePattern: '{value}/*' });
  const minted: unknown[] = [];
  beforeEach(() => {
    minted.length = 0;
    const mintToken = (options: unknown) => {
      minted.push(options);
      return Promise.resolve('a.b.c');
    };
    showDashboard({ gateway, mintToken, awsEndpointUrl: 'http://localhost:4566', team });
  });

  it('asks for a token, which says whose agents to show, and shows commands for agents of a team', async () => {
    await expect((await ask('/config.json')).json()).resolves.toMatchObject({
      token: { kind: 'paste' },
      commands: [
        'npm run emit -- agent:status team-a/agent-123 online',
        'npm run emit -- session:activity team-a/agent-123 session-456 "User said: Hello"',
        'npm run emit -- agent:status team-a/agent-456 error',
      ],
    });
  });

  it('serves a token with the claim in the query', async () => {
    const query = new URLSearchParams([
      ['cognito:groups', 'team-a'],
      ['cognito:groups', 'qa *'],
      ['sub', 'mallory'],
    ]).toString();
    await expect((await ask(`/token?${query}`)).text()).resolves.toBe('a.b.c');
    expect(minted).toEqual([{ claims: { 'cognito:groups': ['team-a', 'qa *'] } }]);
  });

  it('says which claim is needed if the query has none', async () => {
    const answer = await ask('/token');
    expect(answer.status).toBe(400);
    await expect(answer.text()).resolves.toBe(
      "Tokens of this stack need the claim cognito:groups: request e.g. /token?cognito%3Agroups=team-a, or run e.g. npm run -s token -- --claim cognito:groups='team-a'.",
    );
    expect(minted).toEqual([]);
  });
});

it.each([
  ['another site', { Host: 'localhost:3000', 'Sec-Fetch-Site': 'cross-site' }, 403],
  ['another port of this machine', { Host: 'localhost', 'Sec-Fetch-Site': 'same-site' }, 403],
  ['a name that points to this machine', { Host: 'evil.example:3000' }, 403],
  ['the page', { Host: 'localhost:3000', 'Sec-Fetch-Site': 'same-origin' }, 200],
  ['the page, by address', { Host: '[::1]:3000', 'Sec-Fetch-Site': 'same-origin' }, 200],
  // A development server forwards the headers of the browser, with its own Host.
  [
    'a page behind a proxy',
    { Host: 'localhost:3000', Origin: 'http://localhost:5173', 'Sec-Fetch-Site': 'same-origin' },
    200,
  ],
  ['a page behind a proxy that keeps the host', { Host: 'localhost:5173' }, 200],
  ['an older browser', { Host: 'localhost:3000', Origin: 'http://localhost:3000' }, 200],
  ['another site in it', { Host: 'localhost:3000', Origin: 'https://evil.example' }, 403],
  ['a page without an origin in it', { Host: 'localhost:3000', Origin: 'null' }, 403],
  ['curl', { Host: '127.0.0.1:3000' }, 200],
])('answers a request of %s for a token with %i', async (_name, headers, status) => {
  show(() => Promise.resolve('a.b.c'));
  const answer = await askWith('/token', headers);
  expect(answer.status).toBe(status);
  expect(answer.body === 'a.b.c').toBe(status === 200);
});
