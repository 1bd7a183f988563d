// The places of a token in a handshake, their order, and the results for several tokens.
import fc from 'fast-check';
import { findToken } from '#core/auth/offered-token';
import { offeredBy, offeredSubprotocols, type Handshake } from '#lambdas/handshake/offered';
import { anyCharacter } from '#test/support/data/any-text';

const found = (token: string, place: string) => ({ ok: true, token, place });
const refused = (code: string, place?: string) => ({
  ok: false,
  code,
  ...(place === undefined ? {} : { place }),
});

const cases: [what: string, handshake: Handshake, result: unknown][] = [
  ['no parameters', {}, refused('token_missing')],
  [
    'null headers and parameters',
    { headers: null, queryStringParameters: null },
    refused('token_missing'),
  ],

  [
    'the Authorization header',
    { headers: { Authorization: 'Bearer t1' } },
    found('t1', 'authorization'),
  ],
  [
    'the header name and scheme in any case',
    { headers: { aUTHORIZATION: 'bEARER t1' } },
    found('t1', 'authorization'),
  ],
  [
    'more than one space',
    { headers: { authorization: ' Bearer \t t1 ' } },
    found('t1', 'authorization'),
  ],
  [
    'multi-value headers only',
    { multiValueHeaders: { authorization: ['Bearer t1'] } },
    found('t1', 'authorization'),
  ],
  [
    'the same header twice',
    { multiValueHeaders: { authorization: ['Bearer t1', 'Bearer t1'] } },
    found('t1', 'authorization'),
  ],
  [
    'two different headers',
    {
      headers: { authorization: 'Bearer t2' },
      multiValueHeaders: { authorization: ['Bearer t1', 'Bearer t2'] },
    },
    refused('token_ambiguous', 'authorization'),
  ],
  [
    'two headers that differ in case',
    { headers: { authorization: 'Bearer t1', Authorization: 'Bearer t2' } },
    refused('token_ambiguous', 'authorization'),
  ],
  [
    'a Bearer scheme without a token',
    { headers: { authorization: 'Bearer ' }, queryStringParameters: { token: 't3' } },
    refused('token_missing', 'authorization'),
  ],
  [
    'another scheme, with a token in the query',
    { headers: { authorization: 'Basic eDp5' }, queryStringParameters: { token: 't3' } },
    refused('scheme_not_supported', 'authorization'),
  ],
  [
    'a token without a scheme',
    { headers: { authorization: 't1' } },
    refused('scheme_not_supported', 'authorization'),
  ],
  [
    'a scheme with the prefix Bearer',
    { headers: { authorization: 'Bearertoken t1' } },
    refused('scheme_not_supported', 'authorization'),
  ],
  [
    'an empty header',
    { headers: { authorization: '' }, queryStringParameters: { token: 't3' } },
    refused('token_missing', 'authorization'),
  ],

  [
    'the subprotocol',
    { headers: { 'Sec-WebSocket-Protocol': 'mission-control, t2' } },
    found('t2', 'subprotocol'),
  ],
  [
    'the subprotocol without a space, in any case',
    { headers: { 'sec-websocket-protocol': 'mission-control,t2,more' } },
    found('t2', 'subprotocol'),
  ],
  [
    'subprotocols in two headers',
    { multiValueHeaders: { 'Sec-WebSocket-Protocol': ['mission-control', 't2'] } },
    found('t2', 'subprotocol'),
  ],
  [
    'our subprotocol without a token',
    { headers: { 'sec-websocket-protocol': 'mission-control' } },
    refused('token_missing'),
  ],
  [
    'our subprotocol without a token, and a token in the query',
    {
      headers: { 'sec-websocket-protocol': 'mission-control' },
      queryStringParameters: { token: 't3' },
    },
    found('t3', 'query'),
  ],
  [
    'another subprotocol first',
    { headers: { 'sec-websocket-protocol': 'x, mission-control, t2' } },
    refused('token_missing'),
  ],
  [
    'a token before our subprotocol',
    { headers: { 'sec-websocket-protocol': 't2, mission-control' } },
    refused('token_missing'),
  ],

  [
    'the batch subprotocol last, as the client offers it',
    { headers: { 'sec-websocket-protocol': 'mission-control, t2, mission-control.batch' } },
    found('t2', 'subprotocol'),
  ],
  [
    'the batch subprotocol first',
    { headers: { 'sec-websocket-protocol': 'mission-control.batch, mission-control, t2' } },
    found('t2', 'subprotocol'),
  ],
  [
    'the batch subprotocol in the middle',
    { headers: { 'sec-websocket-protocol': 'mission-control, mission-control.batch, t2' } },
    found('t2', 'subprotocol'),
  ],
  [
    'the token first, with both subprotocols',
    { headers: { 'sec-websocket-protocol': 't2, mission-control.batch, mission-control' } },
    found('t2', 'subprotocol'),
  ],
  [
    'only the batch subprotocol, before the token',
    { headers: { 'sec-websocket-protocol': 'mission-control.batch, t2' } },
    found('t2', 'subprotocol'),
  ],
  [
    'only the batch subprotocol, after the token',
    { headers: { 'sec-websocket-protocol': 't2,mission-control.batch' } },
    found('t2', 'subprotocol'),
  ],
  [
    'the same token twice, with the batch subprotocol',
    { headers: { 'sec-websocket-protocol': 't2, mission-control.batch, t2' } },
    found('t2', 'subprotocol'),
  ],
  [
    'two tokens, with both subprotocols',
    { headers: { 'sec-websocket-protocol': 'mission-control, t2, mission-control.batch, t4' } },
    refused('token_ambiguous', 'subprotocol'),
  ],
  [
    'two tokens, with only the batch subprotocol',
    { headers: { 'sec-websocket-protocol': 't2, mission-control.batch, t4' } },
    refused('token_ambiguous', 'subprotocol'),
  ],
  [
    'a token and another subprotocol, with both of ours',
    { headers: { 'sec-websocket-protocol': 'x, mission-control, t2, mission-control.batch' } },
    refused('token_ambiguous', 'subprotocol'),
  ],
  [
    'two tokens with both subprotocols, and a third in the query',
    {
      headers: { 'sec-websocket-protocol': 'mission-control, t2, t4, mission-control.batch' },
      queryStringParameters: { token: 't3' },
    },
    refused('token_ambiguous', 'subprotocol'),
  ],
  [
    'both subprotocols without a token',
    { headers: { 'sec-websocket-protocol': 'mission-control, mission-control.batch' } },
    refused('token_missing'),
  ],
  [
    'the batch subprotocol without a token',
    { headers: { 'sec-websocket-protocol': 'mission-control.batch' } },
    refused('token_missing'),
  ],
  [
    'both subprotocols, and a token in the query',
    {
      headers: { 'sec-websocket-protocol': 'mission-control.batch, mission-control' },
      queryStringParameters: { token: 't3' },
    },
    found('t3', 'query'),
  ],
  [
    'the batch subprotocol in another case, which is read as a token',
    { headers: { 'sec-websocket-protocol': 'mission-control, Mission-Control.Batch' } },
    found('Mission-Control.Batch', 'subprotocol'),
  ],
  [
    'the Authorization header, and both subprotocols',
    {
      headers: {
        Authorization: 'Bearer t1',
        'sec-websocket-protocol': 'mission-control, mission-control.batch',
      },
    },
    found('t1', 'authorization'),
  ],
  [
    'the Authorization header, which has priority over a token with the batch subprotocol',
    {
      headers: {
        Authorization: 'Bearer t1',
        'sec-websocket-protocol': 'mission-control.batch, t2',
      },
    },
    found('t1', 'authorization'),
  ],
  [
    'tokens in two headers, with the batch subprotocol',
    { multiValueHeaders: { 'Sec-WebSocket-Protocol': ['t2', 'mission-control.batch', 't4'] } },
    refused('token_ambiguous', 'subprotocol'),
  ],

  [
    'all of our subprotocols, as the client offers them',
    {
      headers: {
        'sec-websocket-protocol':
          'mission-control, t2, mission-control.batch, mission-control.subscribe',
      },
    },
    found('t2', 'subprotocol'),
  ],
  [
    'the subscribe subprotocol in the place of a token, and a token in the query',
    {
      headers: { 'sec-websocket-protocol': 'mission-control, mission-control.subscribe' },
      queryStringParameters: { token: 't3' },
    },
    found('t3', 'query'),
  ],
  [
    'the subscribe subprotocol first',
    { headers: { 'sec-websocket-protocol': 'mission-control.subscribe, mission-control, t2' } },
    found('t2', 'subprotocol'),
  ],
  [
    'two tokens, with the subscribe subprotocol',
    { headers: { 'sec-websocket-protocol': 'mission-control, t2, t4, mission-control.subscribe' } },
    refused('token_ambiguous', 'subprotocol'),
  ],

  ['the query', { queryStringParameters: { token: 't3' } }, found('t3', 'query')],
  ['another parameter', { queryStringParameters: { Token: 't3' } }, refused('token_missing')],
  ['an empty token', { queryStringParameters: { token: '' } }, refused('token_missing', 'query')],
  [
    'two tokens in the query',
    { multiValueQueryStringParameters: { token: ['t3', 't4'] } },
    refused('token_ambiguous', 'query'),
  ],

  [
    'all three places: the Authorization header has priority',
    {
      headers: { authorization: 'Bearer t1', 'sec-websocket-protocol': 'mission-control, t2' },
      queryStringParameters: { token: 't3' },
    },
    found('t1', 'authorization'),
  ],
  [
    'subprotocol and query: the subprotocol has priority',
    {
      headers: { 'sec-websocket-protocol': 'mission-control, t2' },
      queryStringParameters: { token: 't3' },
    },
    found('t2', 'subprotocol'),
  ],
];

it.each(cases)('finds or refuses the token in %s', (_what, handshake, result) => {
  expect(findToken(offeredBy(handshake))).toEqual(result);
});

it('lists the offered subprotocols', () => {
  const headers = { 'SEC-WEBSOCKET-PROTOCOL': ' mission-control ,, t2 ' };
  expect(offeredSubprotocols({ headers })).toEqual(['mission-control', 't2']);
  expect(offeredSubprotocols({})).toEqual([]);
});

it('finds the same token for any order of entries with the batch subprotocol', () => {
  const entries = ['mission-control', 'mission-control.batch', 't2'];
  const orders = fc.shuffledSubarray(entries, { minLength: 1 });
  fc.assert(
    fc.property(orders, (offered) => {
      fc.pre(offered.includes('mission-control.batch'));
      const expected = offered.includes('t2')
        ? found('t2', 'subprotocol')
        : refused('token_missing');
      const headers = { 'sec-websocket-protocol': offered.join(', ') };
      expect(findToken(offeredBy({ headers }))).toEqual(expected);
    }),
  );
});

it('finds a token from the handshake or refuses it, for any headers', () => {
  const text = fc.string({ unit: anyCharacter });
  const name = fc.constantFrom('Authorization', 'Sec-WebSocket-Protocol', 'x');
  const scheme = fc.constantFrom('Bearer ', 'mission-control, ', 'mission-control.batch, ', '');
  const value = fc.tuple(scheme, text).map((parts) => parts.join(''));
  const handshakes = fc.record({
    headers: fc.dictionary(name, value),
    queryStringParameters: fc.record({ token: text }),
  });
  fc.assert(
    fc.property(handshakes, (handshake) => {
      const search = findToken(offeredBy(handshake));
      if (!search.ok) return;
      expect(search.token).not.toBe('');
      const given = [...Object.values(handshake.headers), handshake.queryStringParameters.token];
      expect(given.some((candidate) => candidate.includes(search.token))).toBe(true);
      if ('Authorization' in handshake.headers) expect(search.place).toBe('authorization');
    }),
  );
});
