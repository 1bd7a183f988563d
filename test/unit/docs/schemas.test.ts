// The JSON Schemas and the AsyncAPI document are current and valid, and agree with the code that parses messages.
import Ajv, { type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { documents } from '#docs/generator/documents';
import { closeCodes, eventDescriptions, messageDescriptions } from '#docs/generator/messages';
import {
  packType,
  parseClientMessage,
  parseEvent,
  parsePack,
  parseServerMessage,
  parseUserDisconnect,
} from '#sdk/protocol';

const project = path.resolve(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(project, file), 'utf8');
const ajv = new Ajv({ allErrors: true });

const schemas = new Map<string, ValidateFunction>();
for (const [file, text] of documents()) {
  if (file.endsWith('.json')) ajv.addSchema(JSON.parse(text) as object, file);
}
/** Whether a value is valid by the schema in a file. */
function isValidBy(file: string, value: unknown): boolean {
  const name = `docs/schemas/${file}.json`;
  const validate = schemas.get(name) ?? ajv.getSchema(name);
  if (validate === undefined) throw new Error(`There is no ${name}.`);
  schemas.set(name, validate);
  return validate(value);
}

describe('the documents', () => {
  it.each([...documents()])(
    'contain the current %s (npm run build:docs updates it)',
    (file, text) => {
      expect(existsSync(path.join(project, file))).toBe(true);
      expect(read(file)).toBe(text);
    },
  );

  it('contain no other schema', () => {
    const files = readdirSync(path.join(project, 'docs/schemas'), { recursive: true })
      .map((file) => `docs/schemas/${String(file)}`)
      .filter((file) => file.endsWith('.json'));
    expect(files.sort()).toEqual([...documents().keys()].filter((f) => f.endsWith('.json')).sort());
  });
});

describe('docs/asyncapi.yaml', () => {
  const document = parse(read('docs/asyncapi.yaml')) as {
    channels: Record<string, { messages: object; 'x-close-codes'?: { code: number }[] }>;
    operations: Record<string, { channel: { $ref: string }; messages: { $ref: string }[] }>;
  };

  it('is valid AsyncAPI 3', () => {
    const specification = JSON.parse(
      read('node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json'),
    ) as object;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(specification);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...document, operations: { broken: { action: 'shout' } } })).toBe(false);
  });

  it('contains no broken reference', () => {
    const lost: string[] = [];
    JSON.stringify(document, (key, value: unknown) => {
      if (key !== '$ref' || typeof value !== 'string') return value;
      const found = value
        .slice(2)
        .split('/')
        .reduce<unknown>(
          (at, part) => (at as Record<string, unknown> | undefined)?.[part],
          document,
        );
      if (found === undefined) lost.push(value);
      return value;
    });
    expect(lost).toEqual([]);
  });

  it('uses every message in an operation', () => {
    const used = new Set(
      JSON.stringify(document.operations).match(/#\/channels\/[^"]*\/messages\/[^"]*/g),
    );
    const all = Object.entries(document.channels).flatMap(([channel, { messages }]) =>
      Object.keys(messages).map((message) => `#/channels/${channel}/messages/${message}`),
    );
    expect([...used].sort()).toEqual(all.sort());
  });

  it('contains the close codes of docs/protocol.md', () => {
    const [, table = ''] = read('docs/protocol.md').split('## Close codes');
    const described = [...(table.split('## ')[0] ?? '').matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(
      ([, codes = '']) => codes.split(',').map(Number),
    );
    expect(described.sort()).toEqual(closeCodes.map(({ code }) => code));
    expect(document.channels['dashboards']?.['x-close-codes']).toHaveLength(closeCodes.length);
  });
});

/** Whether the code accepts a detail of that type, including every event of a pack. */
function isAccepted(type: string, detail: unknown): boolean {
  if (type === 'user:disconnect') return parseUserDisconnect(type, detail).ok;
  if (type !== packType) return parseEvent(type, detail).ok;
  const pack = parsePack(detail);
  return pack.ok && pack.value.every(({ ok }) => ok);
}

describe('the schemas', () => {
  const examples = Object.entries(messageDescriptions).map(
    ([type, { example }]) => [type, example] as const,
  );

  it.each(examples)('accept the example of %s, as the code does', (type, example) => {
    expect(isValidBy(`messages/${type.replace(':', '-')}`, example)).toBe(true);
    const isOfServer = isValidBy('server-message', example);
    expect(isValidBy('client-message', example)).toBe(!isOfServer);
    const text = JSON.stringify(example);
    expect((isOfServer ? parseServerMessage : parseClientMessage)(text)).toMatchObject({
      ok: true,
    });
  });

  it.each(Object.entries(eventDescriptions))(
    'accept the example of the event %s, as the code does',
    (type, { example }) => {
      expect(isValidBy(`events/${type.replace(':', '-')}`, example)).toBe(true);
      expect(isAccepted(type, example)).toBe(true);
    },
  );

  it.each(['README.md', 'docs/local.md', 'docs/protocol.md'])(
    'accept every event and message in %s',
    (file) => {
      const blocks = [...read(file).matchAll(/```json\n([^]*?)```/g)].map(
        ([, json = '']) => JSON.parse(json) as { DetailType?: string; Detail?: string },
      );
      expect(blocks.length).toBeGreaterThan(0);
      for (const block of blocks) {
        if (block.DetailType === undefined) expect(isValidBy('server-message', block)).toBe(true);
        else {
          const name = `events/${block.DetailType.replace(':', '-')}`;
          const detail = JSON.parse(block.Detail ?? '') as unknown;
          expect(isValidBy(name, detail)).toBe(true);
          expect(isAccepted(block.DetailType, detail)).toBe(true);
        }
      }
    },
  );

  /** Almost valid values. Only ASCII, where one character is one byte. No lists, which only JSON Schema distinguishes from objects. */
  const scalar = fc.oneof(
    fc.constantFrom('', 'online', 'busy', 'a', 'x'.repeat(128), 'x'.repeat(129), true, null),
    fc.constantFrom(0, -1, 1.5, 1_770_328_200_000, Number.MAX_SAFE_INTEGER, 2 ** 53),
  );
  const keys = ['agentId', 'sessionId', 'status', 'lastMessage', 'timestamp', 'since', 'token'];
  const others = ['expiresAt', 'code', 'message', 'reason', 'complete', 'messages', 'extra'];
  const record = fc.dictionary(fc.constantFrom(...keys, ...others), scalar);
  const change = fc.tuple(fc.constantFrom(...keys, ...others), scalar);
  const single = fc
    .tuple(
      fc.constantFrom(...examples),
      fc.array(change, { maxLength: 2 }),
      fc.option(record, { freq: 1 }),
    )
    .map(([[type, example], changes, other]) => {
      const payload = 'payload' in example ? example.payload : {};
      return { type, payload: other ?? { ...payload, ...Object.fromEntries(changes) } };
    });
  const batch = fc
    .array(single, { maxLength: 2 })
    .map((list) => ({ type: 'batch', payload: { messages: list } }));
  const message = fc.oneof({ weight: 4, arbitrary: single }, { weight: 1, arbitrary: batch });

  it('accept the same messages as the code', () => {
    const accepted = { by: 0, not: 0 };
    fc.assert(
      fc.property(message, (value) => {
        const text = JSON.stringify(value);
        expect(isValidBy('server-message', value)).toBe(parseServerMessage(text).ok);
        expect(isValidBy('client-message', value)).toBe(parseClientMessage(text).ok);
        accepted[parseServerMessage(text).ok ? 'by' : 'not'] += 1;
      }),
      { numRuns: 500 },
    );
    expect(Math.min(accepted.by, accepted.not)).toBeGreaterThan(50);
  });

  it('accept the same packs as the code', () => {
    const events = Object.entries(eventDescriptions).map(([type, { example }]) => ({
      ...{ type, payload: example },
    }));
    const element = fc
      .tuple(fc.constantFrom(...events), fc.array(change, { maxLength: 1 }))
      .map(([{ type, payload }, changes]) => ({
        type,
        payload: { ...(payload as object), ...Object.fromEntries(changes) },
      }));
    const accepted = { by: 0, not: 0 };
    fc.assert(
      fc.property(fc.array(element, { maxLength: 2 }), (pack) => {
        const detail = { events: pack };
        expect(isValidBy('events/events-batch', detail)).toBe(isAccepted(packType, detail));
        accepted[isAccepted(packType, detail) ? 'by' : 'not'] += 1;
      }),
      { numRuns: 300 },
    );
    expect(Math.min(accepted.by, accepted.not)).toBeGreaterThan(20);
  });

  it('accept an id of more than 128 bytes in fewer characters, which the code refuses', () => {
    const payload = { agentId: 'ä'.repeat(65), status: 'online', timestamp: 1 };
    expect(isValidBy('events/agent-status', payload)).toBe(true);
    expect(parseEvent('agent:status', payload).ok).toBe(false);
  });
});
