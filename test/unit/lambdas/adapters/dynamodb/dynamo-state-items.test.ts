// What a register looks like in the table, of every event type, and of those of a later version.
import { fieldAttributes, toAttributes, toStored } from '#adapters/dynamodb/dynamo-state-items';
import { stateKey } from '#adapters/dynamodb/dynamo-keys';
import { eventDescriptions } from '#docs/generator/messages';
import { eventTypes, parseEvent } from '#sdk/protocol';

const stored = { timestamp: 5, updatedAt: 6, broadcast: 'done', expiresAt: 7 } as const;

it.each(eventTypes)('an item of %s is read as the event that was written', (type) => {
  const example = eventDescriptions[type]?.example as object;
  const parsed = parseEvent(type, { ...example, timestamp: stored.timestamp });
  if (!parsed.ok) throw new Error('The example is no event.');
  const { sk } = stateKey(parsed.value);
  expect(toStored({ sk, ...toAttributes(parsed.value), ...stored })).toEqual([
    { event: parsed.value, updatedAt: 6 },
  ]);
});

it('an item of an event type that only a later version knows is left out', () => {
  expect(toStored({ sk: 'later#agent-1', ...stored })).toEqual([]);
});

it('no field of an event has the name of another attribute', () => {
  const others = ['pk', 'sk', ...Object.keys(stored)];
  expect(fieldAttributes.filter((name) => others.includes(name))).toEqual([]);
});
