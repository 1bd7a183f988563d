import fc from 'fast-check';
import { AnswerReader } from '#adapters/http/answer-reader';

interface Read {
  readonly status: number;
  readonly body: string;
  readonly keepsOpen: boolean;
  readonly idleSeconds: number | undefined;
}

/** Reads one answer that arrives in pieces; undefined if it is not complete. */
function read(pieces: readonly (string | Buffer)[], reader = new AnswerReader()): Read | undefined {
  reader.begin();
  for (const [index, piece] of pieces.entries()) {
    if (!reader.read(Buffer.from(piece as string, 'latin1'))) continue;
    expect(index).toBe(pieces.length - 1);
    const { status, body, keepsOpen, idleSeconds } = reader;
    return { status, body: Buffer.concat(body).toString('latin1'), keepsOpen, idleSeconds };
  }
  return undefined;
}

const head = (...lines: string[]) => `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
const kept = { status: 200, keepsOpen: true, idleSeconds: undefined };

it.each<[string, string, Partial<Read>]>([
  ['a length', `${head('Content-Length: 2')}{}`, { body: '{}' }],
  ['the length zero', head('content-length: 0'), { body: '' }],
  ['the same length twice', `${head('Content-Length: 2', 'Content-Length: 2')}{}`, { body: '{}' }],
  ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '' }],
  ['a length that a 304 has', 'HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n', { status: 304 }],
  ['no reason', 'HTTP/1.1 410\r\nContent-Length: 0\r\n\r\n', { status: 410 }],
  [
    'chunks',
    `${head('Transfer-Encoding: chunked')}3\r\nabc\r\n0A;x="y"\r\n0123456789\r\n0\r\n\r\n`,
    { body: 'abc0123456789' },
  ],
  [
    'chunks and trailers',
    `${head('transfer-encoding: Chunked')}1\r\na\r\n0\r\nx: y\r\nz: \r\n\r\n`,
    { body: 'a' },
  ],
  ['no chunks', `${head('Transfer-Encoding: chunked')}0\r\n\r\n`, { body: '' }],
  [
    'interim answers before it',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n${head('Content-Length: 0')}`,
    { body: '' },
  ],
  ['a socket that closes', head('Content-Length: 0', 'Connection: close'), { keepsOpen: false }],
  [
    'one of several connection options that closes',
    head('Content-Length: 0', 'Connection: x, Close'),
    { keepsOpen: false },
  ],
  [
    'a connection option that closes before others',
    head('Connection: close', 'Content-Length: 0', 'Connection: x'),
    { keepsOpen: false },
  ],
  [
    'the time that an idle socket stays open',
    head('Content-Length: 0', 'Connection: keep-alive', 'Keep-Alive: timeout=5, max=9'),
    { idleSeconds: 5 },
  ],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}', { body: '{}', keepsOpen: false }],
  [
    'HTTP/1.0 with keep-alive',
    'HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n',
    { keepsOpen: true },
  ],
  ['spaces around a value', head('Content-Length: \t2 ').concat('{}'), { body: '{}' }],
  ['a field without a value', head('x-empty:', 'Content-Length: 0'), { body: '' }],
  ['bytes after its end', `${head('Content-Length: 1')}ab`, { body: 'a', keepsOpen: false }],
])('an answer with %s, in one piece and byte by byte', (_what, text, expected) => {
  const answer = { ...kept, ...expected };
  expect(read([text])).toMatchObject(answer);
  if (text.endsWith('ab')) return;
  expect(read(Array.from(text))).toMatchObject(answer);
});

it('an answer without a length ends when the socket closes', () => {
  const reader = new AnswerReader();
  expect(read([head(), 'a', 'b'], reader)).toBeUndefined();
  expect(Buffer.concat(reader.body).toString()).toBe('ab');
  expect(reader.keepsOpen).toBe(false);
  expect(reader.close()).toBe(true);
});

it.each([
  ['nothing', ''],
  ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['half a body', `${head('Content-Length: 3')}ab`],
  ['a chunk without an end', `${head('Transfer-Encoding: chunked')}2\r\nab`],
  ['chunks without the last one', `${head('Transfer-Encoding: chunked')}2\r\nab\r\n`],
  ['half of its trailers', `${head('Transfer-Encoding: chunked')}0\r\nx: y\r\n`],
])('%s is no complete answer when the socket closes', (_what, text) => {
  const reader = new AnswerReader();
  expect(read([text], reader)).toBeUndefined();
  expect(reader.close()).toBe(false);
});

describe('refuses', () => {
  it.each([
    ['what is not HTTP', 'HELO\r\n\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a status without a range', 'HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n'],
    ['a space before a colon', head('Content-Length : 0')],
    [
      'a line that continues the one before',
      head('x: y', ' Content-Length: 5', 'Content-Length: 0'),
    ],
    ['a line without a colon', head('Content-Length: 0', 'x')],
    ['a line without a name', head(': x', 'Content-Length: 0')],
    ['a line that ends with CR only', head('x: y\rContent-Length: 5', 'Content-Length: 0')],
    ['a line that ends with LF only', head('x: y\nContent-Length: 5', 'Content-Length: 0')],
    ['a zero byte', head('x: \0', 'Content-Length: 0')],
    ['two lengths', head('Content-Length: 1', 'Content-Length: 2')],
    ['a list of lengths', head('Content-Length: 1, 1')],
    ['an empty length', head('Content-Length:')],
    ['a negative length', head('Content-Length: -1')],
    ['a length with a sign', head('Content-Length: +1')],
    ['a length in hexadecimal', head('Content-Length: 0x1')],
    ['a length beyond all numbers', head(`Content-Length: ${'9'.repeat(16)}`)],
    ['a length and chunks', head('Content-Length: 1', 'Transfer-Encoding: chunked')],
    ['an encoding that it cannot read', head('Transfer-Encoding: gzip, chunked')],
    ['chunks twice', head('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a chunk without a size', `${head('Transfer-Encoding: chunked')}\r\n`],
    ['a chunk with a negative size', `${head('Transfer-Encoding: chunked')}-1\r\n`],
    ['a chunk of more than four gigabytes', `${head('Transfer-Encoding: chunked')}100000000\r\n`],
    ['a chunk that is longer than its size', `${head('Transfer-Encoding: chunked')}1\r\nab\r\n`],
  ])('%s', (_what, text) => {
    expect(() => read([text])).toThrow(/^The answer |^A chunk of the answer /);
    expect(() => read(Array.from(text))).toThrow(/^The answer |^A chunk of the answer /);
  });

  it.each([
    ['a head', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(17_000)}`],
    ['the size of a chunk', `${head('Transfer-Encoding: chunked')}1;${'y'.repeat(17_000)}`],
    ['trailers', `${head('Transfer-Encoding: chunked')}0\r\nx: ${'y'.repeat(17_000)}`],
  ])('%s that does not end', (_what, text) => {
    expect(() => read([text])).toThrow('more than 16384 bytes');
    expect(() => read([`${text}\r\n\r\n`])).toThrow('more than 16384 bytes');
    expect(() => read(Array.from(text))).toThrow('more than 16384 bytes');
  });
});

it('returns the same answers in whatever pieces they arrive, one after the other', () => {
  const bytes = fc
    .uint8Array({ maxLength: 60 })
    .map((each) => Buffer.from(each).toString('latin1'));
  const chunked = fc.array(bytes.filter((each) => each !== '')).map((chunks) => ({
    body: chunks.join(''),
    text:
      head('x: y', 'Transfer-Encoding: chunked') +
      chunks.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('') +
      '0\r\n\r\n',
  }));
  const withLength = bytes.map((body) => ({
    body,
    text: head(`Content-Length: ${body.length}`, 'x: y') + body,
  }));
  const cuts = fc.array(fc.nat(300), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(chunked, withLength), cuts)), (answers) => {
      const reader = new AnswerReader();
      for (const [{ body, text }, places] of answers) {
        const sorted = [...places.filter((place) => place < text.length), text.length].sort(
          (one, other) => one - other,
        );
        const pieces = sorted.map((place, index) => text.slice(sorted[index - 1] ?? 0, place));
        expect(
          read(
            pieces.filter((piece) => piece !== ''),
            reader,
          ),
        ).toEqual({ ...kept, body });
      }
    }),
  );
});

it('ends or throws with whatever bytes', () => {
  const line = fc.constantFrom(
    ...['HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked', '', '3', '0', 'abc'],
    ...[' x', 'x', 'HTTP/1.1 100 Continue', 'Connection: close', 'ffffffff', '\0'],
  );
  const lines = fc.array(line).map((each) => `HTTP/1.1 200 OK\r\n${each.join('\r\n')}`);
  fc.assert(
    fc.property(lines, fc.nat(40), (text, cut) => {
      const outcome = (pieces: readonly string[]) => {
        const reader = new AnswerReader();
        reader.begin();
        try {
          for (const piece of pieces) {
            if (reader.read(Buffer.from(piece, 'latin1'))) {
              return { status: reader.status, body: Buffer.concat(reader.body).toString() };
            }
          }
          return reader.close();
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(outcome([text.slice(0, cut), text.slice(cut)])).toEqual(outcome([text]));
    }),
    { numRuns: 500 },
  );
});
