// The items of registers in the table, for every event type, and for types of a later version.
import {
  fieldAttributes,
  toAttributes,
  toStored,
} from '#adapters/dynamodb/registers/dynamo-state-items';
import { stateKey } from '#adapters/dynamodb/dynamo-keys';
import { eventDescriptions } from '#docs/generator/messages';
import { eventTypes, parseEvent } from '#sdk/protocol';

const stored = { timestamp: 5, updatedAt: 6, broadcast: 'done', expiresAt: 7 } as const;

it.each(eventTypes)('reads an item of %s as the event that was written', (type) => {
  const example = eventDescriptions[type]?.example as object;
  const parsed = parseEvent(type, { ...example, timestamp: stored.timestamp });
  if (!parsed.ok) throw new Error('The example is no event.');
  const { sk } = stateKey(parsed.value);
  expect(toStored({ sk, ...toAttributes(parsed.value), ...stored })).toEqual([
    { event: parsed.value, updatedAt: 6 },
  ]);
});

it('omits an item of an event type that only a later version knows', () => {
  expect(toStored({ sk: 'later#agent-1', ...stored })).toEqual([]);
});

it('uses no name of another attribute for the fields of events', () => {
  const others = ['pk', 'sk', ...Object.keys(stored)];
  expect(fieldAttributes.filter((name) => others.includes(name))).toEqual([]);
});
