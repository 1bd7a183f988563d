import { expiryOf, openSocket } from '../../../../sdk/client/token';
import type { SocketConstructor } from '../../../../sdk/client/world';
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
const closeTimeout = 2_000;

test.each([
  ['a browser', {}, undefined, [url, ['mission-control', 'the.token']]],
  ['ws', ws, undefined, [url, ['mission-control'], { headers, closeTimeout }]],
  [
    'ws, told to',
    ws,
    'subprotocol' as const,
    [url, ['mission-control', 'the.token'], { closeTimeout }],
  ],
  ['undici, told to', {}, 'header' as const, [url, { protocols: ['mission-control'], headers }]],
  ['on request', {}, 'query' as const, [`${url}?token=the.token`, ['mission-control']]],
])('%s', (_where, prototype, transport, expected) => {
  const { WebSocket, calls } = recorded(prototype);
  openSocket(WebSocket, url, 'the.token', transport);
  expect(calls).toEqual([expected]);
});

/** What the global WebSocket is called with, where there are these globals, too. */
function calledWith(more: Record<string, unknown>): unknown[][] {
  const { WebSocket, calls } = recorded();
  const set = { WebSocket, ...more };
  const before = Object.fromEntries(
    Object.keys(set).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]),
  );
  Object.assign(globalThis, set);
  try {
    openSocket(WebSocket, url, 'the.token');
  } finally {
    for (const [name, descriptor] of Object.entries(before)) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
  return calls;
}

test("Node.js's own WebSocket takes headers, too", () => {
  expect(calledWith({})).toEqual([[url, { protocols: ['mission-control'], headers }]]);
});

test("in a page of Electron, which has Node.js, too, the WebSocket is a browser's", () => {
  expect(calledWith({ document: {} })).toEqual([[url, ['mission-control', 'the.token']]]);
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
