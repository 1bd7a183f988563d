// Screenshots are written with a palette: what Chromium writes is read with all filters, and colours that fit are kept.
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { readPng, writePalettePng } from '#docs/screenshots/palette-png';

/** A PNG of Chromium: its rows, each with the number of its filter. */
function png(width: number, rows: readonly (readonly number[])[], colourType = 2): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), content]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    check.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, check]);
  };
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, rows.length, 8, colourType, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The colours of a PNG that `writePalettePng` has written. */
function coloursOf(written: Buffer): readonly number[] {
  const at = (type: string) => written.indexOf(type) + 4;
  const content = (type: string) =>
    written.subarray(at(type), at(type) + written.readUInt32BE(at(type) - 8));
  const [width, height] = [written.readUInt32BE(16), written.readUInt32BE(20)];
  const rows = inflateSync(content('IDAT'));
  return Array.from({ length: width * height }, (_, index) => {
    const row = Math.floor(index / width);
    return content('PLTE').readUIntBE((rows[row + 1 + index] ?? 0) * 3, 3);
  });
}

it('reads rows with each of the filters, and ignores transparency', () => {
  const rows = [
    [0, 10, 20, 30, 40, 50, 60],
    [1, 10, 20, 30, 30, 30, 30],
    [2, 0, 0, 0, 0, 0, 0],
    [3, 5, 10, 15, 15, 15, 15],
    [4, 1, 1, 1, 0, 0, 0],
    [4, 50, 50, 50, 0, 0, 0],
  ];
  const row = [0x0a141e, 0x28323c];
  const withPaeth = [0x0b151f, 0x28323c, 0x3d4751, 0x3d4751];
  expect([...readPng(png(2, rows)).pixels]).toEqual([...row, ...row, ...row, ...row, ...withPaeth]);
  expect([...readPng(png(1, [[0, 1, 2, 3, 255]], 6)).pixels]).toEqual([0x010203]);
  expect(() => readPng(png(1, [[0, 1]], 0))).toThrow('Only PNGs with 8 bits a channel');
});

it('keeps up to 256 colours as they are', () => {
  const pixels = Uint32Array.from({ length: 256 }, (_, index) => index * 0x010101);
  expect(coloursOf(writePalettePng({ width: 16, height: 16, pixels }))).toEqual([...pixels]);
});

it('turns rare colours into a similar one of which there are more pixels', () => {
  const ground = 0xf4f5f8;
  const shades = Array.from({ length: 400 }, (_, index) => index * 400);
  const pixels = Uint32Array.from([...shades, ...Array<number>(600).fill(ground), 0xf4f5f7]);
  const written = coloursOf(writePalettePng({ width: 7, height: 143, pixels }));
  expect(new Set(written.slice(400))).toEqual(new Set([ground]));
  expect(new Set(written).size).toBeLessThanOrEqual(256);
});
