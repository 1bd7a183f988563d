// The vectors of sdk/vectors and the definitions of the Python package are current, and say what the protocol says.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pythonDefinitions } from '#docs/generator/python-definitions';
import { validEvents } from '#docs/generator/vectors/valid-events';
import { vectorFiles } from '#docs/generator/vectors/vectors';
import { detailOf, eventTypes, parseReport } from '#sdk/protocol';

const project = path.resolve(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(project, file), 'utf8');
const vectors = <Vector>(name: string) => JSON.parse(read(`sdk/vectors/${name}.json`)) as Vector[];

it.each([...vectorFiles(), ...pythonDefinitions()])(
  'finds the current %s (npm run build:docs updates it)',
  (file, text) => {
    expect(read(file)).toBe(text);
  },
);

it('finds no other vectors', () => {
  const files = readdirSync(path.join(project, 'sdk/vectors')).map((name) => `sdk/vectors/${name}`);
  expect(files.toSorted()).toEqual([...vectorFiles().keys()].toSorted());
});

it('makes the detail of each valid event, byte for byte', () => {
  const valid = vectors<{ type: string; payload: unknown; detail: string }>('valid-events');
  expect(new Set(valid.map(({ type }) => type))).toEqual(new Set(eventTypes));
  for (const { type, payload, detail } of valid) {
    const parsed = parseReport(type, payload);
    expect(parsed.ok && JSON.stringify(detailOf(parsed.value))).toBe(detail);
  }
});

it('finds the faults of each invalid event', () => {
  const invalid = vectors<{ type: string; payload: unknown; faults: unknown }>('invalid-events');
  expect(invalid.length).toBeGreaterThan(60);
  for (const { type, payload, faults } of invalid) {
    expect(parseReport(type, payload)).toEqual({ ok: false, faults });
  }
});

it('makes the same thousand events in each run, with all kinds of characters and limits', () => {
  const events = validEvents(1_000, 7);
  expect(validEvents(1_000, 7)).toEqual(events);
  expect(validEvents(10, 8)).not.toEqual(events.slice(0, 10));
  const payloads = JSON.stringify(events.map(({ payload }) => payload));
  const details = events.map(({ detail }) => detail).join('');
  // Lone surrogates are written as escapes; the detail has U+FFFD for each.
  expect(payloads).toMatch(/\\ud[89a-f]/);
  expect(details).not.toMatch(/\\ud[89a-f]/);
  for (const part of ['\\u0000', '\\u001f', '\\b', '\\"', '\\\\', '\u007f', '\u2028', '\ufffd']) {
    expect(details).toContain(part);
  }
  expect(details).toMatch(/\p{Emoji_Presentation}/u);
  for (const part of ['"timestamp":0', String(2 ** 53 - 1), '"aliveForSeconds":10}']) {
    expect(details).toContain(part);
  }
});
