import { expiryOf, openSocket } from '../../../../sdk/client/token';
import { globals, type SocketConstructor } from '../../../../sdk/client/world';
import { FakeSocket, tokenUntil } from '../../../support/client-world';

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

test.each([
  ['a browser', {}, undefined, [url, ['mission-control', 'the.token']]],
  ['ws', ws, undefined, [url, ['mission-control'], { headers }]],
  ['ws, told to', ws, 'subprotocol' as const, [url, ['mission-control', 'the.token']]],
  ['undici, told to', {}, 'header' as const, [url, { protocols: ['mission-control'], headers }]],
  ['on request', {}, 'query' as const, [`${url}?token=the.token`, ['mission-control']]],
])('%s', (_where, prototype, transport, expected) => {
  const { WebSocket, calls } = recorded(prototype);
  openSocket(WebSocket, url, 'the.token', transport);
  expect(calls).toEqual([expected]);
});

test("Node.js's own WebSocket takes headers, too", () => {
  const { WebSocket, calls } = recorded();
  const own = globals.WebSocket;
  Object.assign(globalThis, { WebSocket });
  try {
    openSocket(WebSocket, url, 'the.token');
  } finally {
    Object.assign(globalThis, { WebSocket: own });
  }
  expect(calls).toEqual([[url, { protocols: ['mission-control'], headers }]]);
});

test('in a query it is escaped, and joins what is there', () => {
  const { WebSocket, calls } = recorded();
  openSocket(WebSocket, `${url}?a=b`, 'a+b&c', 'query');
  expect(calls[0]?.[0]).toBe(`${url}?a=b&token=a%2Bb%26c`);
});

test('a token says when it expires, or nothing', () => {
  expect(expiryOf(tokenUntil(1_770_000_000_000, 'Zoë ÿ 🚀'))).toBe(1_770_000_000_000);
  expect(expiryOf('opaque')).toBeUndefined();
  expect(expiryOf(`a.${btoa('{}')}.c`)).toBeUndefined();
  expect(expiryOf(`a.${btoa('null')}.c`)).toBeUndefined();
});
