// Converts a PNG of Chromium into one with a palette of 256 colours, which is about half as large.
// https://www.w3.org/TR/png-3/
import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** The pixels of a picture, each as `0xrrggbb`, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

const signature = Buffer.from('89504e470d0a1a0a', 'hex');
const mostColours = 256;

/**
 * Reads a PNG with 8 bits for each of red, green, blue, and perhaps alpha, which is ignored; without interlacing.
 * @throws {Error} if it is another kind of PNG
 */
export function readPng(png: Buffer): Picture {
  const data: Buffer[] = [];
  let header = Buffer.alloc(13);
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const content = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = Buffer.from(content);
    if (type === 'IDAT') data.push(content);
    at += length + 12;
  }
  const [bits, colourType, , , interlace] = header.subarray(8);
  const channels = { 2: 3, 6: 4 }[colourType ?? 0];
  if (bits !== 8 || channels === undefined || interlace !== 0) {
    throw new Error('Only PNGs with 8 bits a channel, without palette and interlacing, are read.');
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * channels, channels);
  const pixels = Uint32Array.from({ length: width * height }, (_, index) =>
    bytes.readUIntBE(index * channels, 3),
  );
  return { width, height, pixels };
}

/** Each row has the number of its filter, and then bytes from which those beside and above are subtracted. */
function unfilter(rows: Buffer, rowLength: number, channels: number): Buffer {
  const height = rows.length / (rowLength + 1);
  const bytes = Buffer.alloc(rowLength * height);
  for (let index = 0; index < bytes.length; index += 1) {
    const column = index % rowLength;
    const row = (index - column) / rowLength;
    const left = column < channels ? 0 : (bytes[index - channels] ?? 0);
    const above = bytes[index - rowLength] ?? 0;
    const corner = column < channels ? 0 : (bytes[index - rowLength - channels] ?? 0);
    const filter = rows[row * (rowLength + 1)] ?? 0;
    const predicted = [0, left, above, (left + above) >> 1, nearest(left, above, corner)][filter];
    // A buffer keeps the lowest eight bits.
    bytes[index] = (rows[row * (rowLength + 1) + 1 + column] ?? 0) + (predicted ?? 0);
  }
  return bytes;
}

/** The predictor of Paeth. */
function nearest(left: number, above: number, corner: number): number {
  const distanceOf = (one: number) => Math.abs(left + above - corner - one);
  const [toLeft, toAbove, toCorner] = [left, above, corner].map(distanceOf) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** Writes a PNG with a palette. If the picture has more than 256 colours, similar ones become the most frequent of them. */
export function writePalettePng({ width, height, pixels }: Picture): Buffer {
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const boxes = splitIntoBoxes([...counts]);
  const indexes = new Map<number, number>();
  for (const [index, box] of boxes.entries()) {
    for (const [colour] of box) indexes.set(colour, index);
  }
  const palette = Buffer.alloc(boxes.length * 3);
  for (const [index, box] of boxes.entries()) {
    const [colour] = box.reduce((most, one) => (one[1] > most[1] ? one : most));
    palette.writeUIntBE(colour, index * 3, 3);
  }
  const rows = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const colour = pixels[row * width + column] ?? 0;
      rows[row * (width + 1) + 1 + column] = indexes.get(colour) ?? 0;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, with a palette.
  header.set([8, 3], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Colours, each with the number of its pixels. */
type Box = readonly (readonly [colour: number, count: number])[];

const shifts = [16, 8, 0];

/** Splits the box whose colours differ most, at the middle of the channel in which they do, until there are 256. */
function splitIntoBoxes(all: Box): readonly Box[] {
  const boxes = [{ box: all, ...widestOf(all) }];
  while (boxes.length < mostColours) {
    const [at] = boxes.reduce<[number, number]>(
      ([most, size], { range }, index) => (range > size ? [index, range] : [most, size]),
      [-1, 0],
    );
    const split = boxes[at];
    if (split === undefined) break;
    const { box, shift, middle } = split;
    const isLow = ([colour]: Box[number]) => ((colour >> shift) & 255) <= middle;
    const parts = [box.filter(isLow), box.filter((one) => !isLow(one))];
    boxes.splice(at, 1, ...parts.map((part) => ({ box: part, ...widestOf(part) })));
  }
  return boxes.map(({ box }) => box);
}

/** The channel in which the colours of a box differ most: by how much, and its middle. */
function widestOf(box: Box) {
  const channels = shifts.map((shift) => {
    const values = box.map(([colour]) => (colour >> shift) & 255);
    const [least, most] = values.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [255, 0],
    );
    return { shift, range: most - least, middle: (least + most) >> 1 };
  });
  return channels.reduce((widest, one) => (one.range > widest.range ? one : widest));
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(content.length, 0);
  whole.set(named, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
