import { expiryOf, openSocket } from '#sdk/client/connection/link/token';
import type { SocketConstructor } from '#sdk/client/dependencies';
import { FakeSocket, tokenUntil } from '../../../../support/client/client-harness';
import { withGlobals } from '../../../../support/client/globals';

const url = 'wss://example.test/live';

/** What a constructor was called with. */
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
// Servers that know no batches take what follows `mission-control` for the token.
const offered = ['mission-control.batch', 'mission-control'];
const offeredWithToken = ['mission-control', 'the.token', 'mission-control.batch'];

it.each([
  ['a browser', {}, undefined, [url, offeredWithToken]],
  ['ws', ws, undefined, [url, offered, { headers, closeTimeout }]],
  ['ws, told to', ws, 'subprotocol' as const, [url, offeredWithToken, { closeTimeout }]],
  ['undici, told to', {}, 'header' as const, [url, { protocols: offered, headers }]],
  ['on request', {}, 'query' as const, [`${url}?token=the.token`, offered]],
])('%s', (_where, prototype, transport, expected) => {
  const { WebSocket, calls } = recorded(prototype);
  openSocket(WebSocket, url, 'the.token', transport);
  expect(calls).toEqual([expected]);
});

/** What the global WebSocket is called with in a program whose navigator says this about it. */
function calledBy(userAgent: string | undefined): unknown[][] {
  const { WebSocket, calls } = recorded();
  withGlobals({ WebSocket, navigator: { userAgent } }, () => {
    openSocket(WebSocket, url, 'the.token');
  });
  return calls;
}

it("Node.js's own WebSocket takes headers, too", () => {
  expect(calledBy('Node.js/24')).toEqual([[url, { protocols: offered, headers }]]);
});

// Each of them has a `process` with the version of a Node.js.
// https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent
it.each([
  'Cloudflare-Workers',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Electron/38.0.0 Safari/537.36',
  'Deno/2.5.0',
  undefined,
])("what only looks like Node.js has a browser's WebSocket: %s", (userAgent) => {
  expect(process.versions.node).toBeDefined();
  expect(calledBy(userAgent)).toEqual([[url, offeredWithToken]]);
});

it('in a query it is escaped, and joins what is there', () => {
  const { WebSocket, calls } = recorded();
  openSocket(WebSocket, `${url}?a=b`, 'a+b&c', 'query');
  expect(calls[0]?.[0]).toBe(`${url}?a=b&token=a%2Bb%26c`);
});

it('a token says when it expires, or nothing', () => {
  expect(expiryOf(tokenUntil(1_770_000_000_000, 'Zoë ÿ 🚀'))).toBe(1_770_000_000_000);
  expect(expiryOf('opaque')).toBeUndefined();
  expect(expiryOf(`a.${btoa('{}')}.c`)).toBeUndefined();
  expect(expiryOf(`a.${btoa('null')}.c`)).toBeUndefined();
});
