// The scanner reports the size of every frame, however TCP divides the bytes.
import fc from 'fast-check';
import { createFrameScanner } from '#local/gateway/websocket/frame-scanner';

interface Frame {
  readonly length: number;
  readonly masked: boolean;
  readonly firstByte: number;
}

/** A frame according to RFC 6455. The bytes of its payload look like headers. */
function encode({ length, masked, firstByte }: Frame): Buffer {
  const mask = masked ? 0x80 : 0;
  const header =
    length < 126
      ? Buffer.from([firstByte, mask | length])
      : length < 65_536
        ? Buffer.from([firstByte, mask | 126, length >> 8, length & 0xff])
        : Buffer.alloc(10);
  if (length >= 65_536) {
    header.set([firstByte, mask | 127]);
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, Buffer.alloc(masked ? 4 : 0, 0x11), Buffer.alloc(length, 0xfe)]);
}

const boundaries = [0, 1, 125, 126, 127, 32_768, 32_769, 65_535, 65_536, 70_000];
const frame = fc.record({
  length: fc.oneof(fc.constantFrom(...boundaries), fc.nat(300)),
  masked: fc.boolean(),
  firstByte: fc.nat(255),
});

it('reports the payload lengths of all frames, however the bytes are divided', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 50_000 }))),
      (frames, cuts) => {
        const seen: number[] = [];
        const scan = createFrameScanner((length) => seen.push(length));
        let rest = Buffer.concat(frames.map(encode));
        for (const cut of cuts) {
          scan(rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        scan(rest);
        expect(seen).toEqual(frames.map(({ length }) => length));
      },
    ),
  );
});

it('reports a length before the payload has arrived, also a length of 1 TiB', () => {
  const seen: number[] = [];
  const scan = createFrameScanner((length) => seen.push(length));
  scan(Buffer.from([0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3]));
  expect(seen).toEqual([]);
  scan(Buffer.from([4]));
  expect(seen).toEqual([2 ** 40]);
});
