// Makes valid events of all kinds, each with the exact detail that a publisher puts on the event bus for it.
import { aliveForLimits, detailOf, eventTypeDefinitions, parseReport } from '#sdk/protocol';
import { maxIdBytes } from '#sdk/protocol/limits';
import type { FieldKind } from '#sdk/protocol/event-type';
import { createRandom, type Random } from './random';

/** A valid event, as a backend may report it, and what is sent for it. */
export interface ValidEvent {
  readonly type: string;
  /** May have keys in any order, undocumented keys, and lone surrogates in its texts. */
  readonly payload: object;
  /** The JSON text of the payload over HTTPS, which is the detail on the event bus. */
  readonly detail: string;
}

/** First and last code points of characters that JSON, UTF-8, UTF-16 or a person may treat in a special way. */
const ranges: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0x61, 0x7a],
  // Control characters.
  [0x00, 0x1f],
  [0x7f, 0xa0],
  // Quotes, slash and backslash.
  [0x22, 0x22],
  [0x2f, 0x2f],
  [0x5c, 0x5c],
  // Two and three bytes, right-to-left, combining, invisible; separators of lines; blanks.
  [0xc0, 0x24f],
  [0x300, 0x36f],
  [0x5d0, 0x5ea],
  [0x200b, 0x202f],
  [0x3040, 0x30ff],
  // Lone surrogates: two of them may be a pair.
  [0xd800, 0xdfff],
  // The last ones of the basic plane, and the variation selectors and the byte order mark.
  [0xfe00, 0xfeff],
  [0xfff0, 0xffff],
  // Four bytes: emoji, tags, and the last character of all.
  [0x1f300, 0x1faff],
  [0xe0020, 0xe007f],
  [0x10ffff, 0x10ffff],
];

function textOf(random: Random, maxCharacters: number): string {
  const length = random.below(maxCharacters + 1);
  // Most texts have few kinds of characters.
  const kinds = Array.from({ length: 1 + random.below(3) }, () => random.oneOf(ranges));
  return Array.from({ length }, () => {
    const [first, last] = random.oneOf(kinds);
    return String.fromCodePoint(first + random.below(last - first + 1));
  }).join('');
}

function idOf(random: Random): string {
  const text = textOf(random, random.oneOf([3, 12, 40]));
  const bytes = new TextEncoder().encode(text).length;
  // Every eighth has exactly the maximum size.
  return random.below(8) === 0 ? text.padEnd(text.length + maxIdBytes - bytes, 'x') : text;
}

function timestampOf(random: Random): number {
  return random.oneOf([
    random.oneOf([0, 1, 1e9, 1e15, 2 ** 31, 2 ** 32, 2 ** 53 - 2, 2 ** 53 - 1]),
    1_770_328_200_000 + random.below(1e9),
    random.below(2 ** 53),
  ]);
}

function valueOf(kind: FieldKind, random: Random): unknown {
  if (typeof kind !== 'string') return random.oneOf(kind);
  if (kind === 'id') return idOf(random);
  if (kind === 'timestamp') return timestampOf(random);
  if (kind === 'number') return random.below(1e6) - 5e5;
  return textOf(random, random.oneOf([10, 60, 200]));
}

/** Undocumented keys, which are left out, and times to live, which some types and statuses do not have. */
function moreOf(random: Random): object {
  const { min, max } = aliveForLimits;
  const seconds = random.oneOf([min, max, min + random.below(max - min)]);
  return random.oneOf([
    ...[{}, {}, { aliveForSeconds: seconds }, { aliveForSeconds: seconds }],
    { extra: textOf(random, 10), nested: { timestamp: -1, list: [null, 1.5] } },
  ]);
}

function shuffled(values: object, random: Random): object {
  const keyed = Object.entries(values).map((entry) => ({ entry, key: random.below(1e6) }));
  return Object.fromEntries(keyed.sort((one, other) => one.key - other.key).map((k) => k.entry));
}

/** Makes `count` events from a seed: the same ones in each run, as long as the protocol does not change. */
export function validEvents(count: number, seed: number): readonly ValidEvent[] {
  const random = createRandom(seed);
  const events: ValidEvent[] = [];
  while (events.length < count) {
    const { type, fields } = random.oneOf(eventTypeDefinitions);
    const values = Object.entries(fields).map(([name, kind]) => [name, valueOf(kind, random)]);
    const all = { ...(Object.fromEntries(values) as object), ...moreOf(random) };
    const payload = random.below(4) === 0 ? shuffled(all, random) : all;
    const parsed = parseReport(type, payload);
    // Not every id is valid, e.g. one without a character that can be seen.
    if (parsed.ok) events.push({ type, payload, detail: JSON.stringify(detailOf(parsed.value)) });
  }
  return events;
}
