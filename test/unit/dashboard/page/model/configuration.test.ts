// The config.json of the page: defaults, relative addresses, and error messages.
import { parseConfiguration } from '#dashboard/page/model/configuration';

const token = { kind: 'endpoint', url: '/token' };
const parse = (json: unknown, pageUrl = 'https://live.example.com/board/?a=b') =>
  parseConfiguration(json, pageUrl);

it('requires only the token, and by default uses the origin of the page for the WebSocket', () => {
  expect(parse({ token })).toEqual({
    webSocketUrl: 'wss://live.example.com',
    token: { kind: 'endpoint', url: 'https://live.example.com/token' },
    commands: [],
  });
  expect(parse({ token }, 'http://localhost:3000/').webSocketUrl).toBe('ws://localhost:3000');
});

it('accepts all settings', () => {
  const oauth = {
    kind: 'oauth',
    authorizationUrl: 'https://auth.example.com/oauth2/authorize',
    tokenUrl: 'https://auth.example.com/oauth2/token',
    clientId: 'dashboard',
  };
  const given = {
    webSocketUrl: 'wss://api.example.com/live',
    whoamiUrl: 'whoami',
    token: oauth,
    commands: ['npm start'],
  };
  expect(parse(given)).toEqual({
    ...given,
    whoamiUrl: 'https://live.example.com/board/whoami',
    token: { ...oauth, scope: 'openid', use: 'access_token' },
  });
});

it.each([
  [null, 'must be an object'],
  [{}, 'token'],
  [{ token: { kind: 'magic' } }, 'token.kind must be endpoint, oauth or paste'],
  [{ token: { kind: 'endpoint' } }, 'token.url'],
  [{ token, webSocketUrl: 'https://x' }, 'webSocketUrl must begin with ws:// or wss://'],
])('refuses %j: %s', (json, problem) => {
  expect(() => parse(json)).toThrow(problem);
  expect(() => parse(json)).toThrow('config.json is invalid: ');
});
