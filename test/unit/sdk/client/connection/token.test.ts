import { expiryOf, openSocket } from '#sdk/client/connection/link/token';
import type { SocketConstructor } from '#sdk/client/dependencies';
import { FakeSocket, tokenUntil } from '#test/support/client/client-harness';
import { withGlobals } from '#test/support/client/globals';

const url = 'wss://example.test/live';

/** A WebSocket class that records the arguments of its constructor. */
function recorded(prototype: object = {}) {
  const calls: unknown[][] = [];
  class Recorder extends FakeSocket {
    constructor(...all: [string, string[]?]) {
      super(...all);
      calls.push(all);
    }
  }
  Object.assign(Recorder.prototype, prototype);
  return { WebSocket: Recorder as SocketConstructor, calls };
}

const ws = { on: () => undefined };
const headers = { Authorization: 'Bearer the.token' };
const closeTimeout = 2_000;
// Servers without batches use the value after `mission-control` as the token.
const offered = ['mission-control.batch', 'mission-control'];
const offeredWithToken = ['mission-control', 'the.token', 'mission-control.batch'];

it.each([
  ['a browser', {}, undefined, [url, offeredWithToken]],
  ['ws', ws, undefined, [url, offered, { headers, closeTimeout }]],
  [
    'ws with the option subprotocol',
    ws,
    'subprotocol' as const,
    [url, offeredWithToken, { closeTimeout }],
  ],
  ['undici with the option header', {}, 'header' as const, [url, { protocols: offered, headers }]],
  [
    'any WebSocket with the option query',
    {},
    'query' as const,
    [`${url}?token=the.token`, offered],
  ],
])('passes the token to %s', (_where, prototype, transport, expected) => {
  const { WebSocket, calls } = recorded(prototype);
  openSocket(WebSocket, url, { token: 'the.token', isSubscribing: false }, transport);
  expect(calls).toEqual([expected]);
});

it.each([
  ['subprotocol', [...offeredWithToken, 'mission-control.subscribe']],
  ['header', ['mission-control.batch', 'mission-control.subscribe', 'mission-control']],
  ['query', ['mission-control.batch', 'mission-control.subscribe', 'mission-control']],
] as const)('offers to subscribe first, with the token in the %s', (tokenTransport, expected) => {
  const { WebSocket, calls } = recorded(ws);
  openSocket(WebSocket, url, { token: 'the.token', isSubscribing: true }, tokenTransport);
  expect(calls[0]?.[1]).toEqual(expected);
});

/** The constructor arguments of the global WebSocket, with this user agent of the navigator. */
function calledBy(userAgent: string | undefined): unknown[][] {
  const { WebSocket, calls } = recorded();
  withGlobals({ WebSocket, navigator: { userAgent } }, () => {
    openSocket(WebSocket, url, { token: 'the.token', isSubscribing: false }, undefined);
  });
  return calls;
}

it('passes the token to the WebSocket of Node.js in a header', () => {
  expect(calledBy('Node.js/24')).toEqual([[url, { protocols: offered, headers }]]);
});

// All of these have a `process` with a version of Node.js.
// https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent
it.each([
  'Cloudflare-Workers',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Electron/38.0.0 Safari/537.36',
  'Deno/2.5.0',
  undefined,
])(
  'passes the token as a subprotocol on a platform that only resembles Node.js: %s',
  (userAgent) => {
    expect(process.versions.node).toBeDefined();
    expect(calledBy(userAgent)).toEqual([[url, offeredWithToken]]);
  },
);

it('escapes the token in a query, and keeps other parameters', () => {
  const { WebSocket, calls } = recorded();
  openSocket(WebSocket, `${url}?a=b`, { token: 'a+b&c', isSubscribing: false }, 'query');
  expect(calls[0]?.[0]).toBe(`${url}?a=b&token=a%2Bb%26c`);
});

it('reads the expiration time of a token, if it has one', () => {
  expect(expiryOf(tokenUntil(1_770_000_000_000, 'Zoë ÿ 🚀'))).toBe(1_770_000_000_000);
  expect(expiryOf('opaque')).toBeUndefined();
  expect(expiryOf(`a.${btoa('{}')}.c`)).toBeUndefined();
  expect(expiryOf(`a.${btoa('null')}.c`)).toBeUndefined();
});
