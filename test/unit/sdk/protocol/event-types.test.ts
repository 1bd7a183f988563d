// The definitions of event types: conditions for each of them, and for all together.
import { eventTypeDefinitions } from '#sdk/protocol';

const all = <Value>(valueOf: (definition: (typeof eventTypeDefinitions)[number]) => Value) =>
  eventTypeDefinitions.map(valueOf);

it('have different types and lists', () => {
  expect(new Set(all(({ type }) => type)).size).toBe(eventTypeDefinitions.length);
  expect(new Set(all(({ list }) => list)).size).toBe(eventTypeDefinitions.length);
});

it('have lists whose names differ from other properties of snapshots and of the client', () => {
  const others = [
    'timestamp',
    'complete',
    'heartbeatSeconds',
    'visibleAgents',
    'connection',
    'on',
    'close',
  ];
  expect(all(({ list }) => list).filter((list) => others.includes(list))).toEqual([]);
});

it.each(all((definition) => [definition.type, definition] as const))(
  'begin with agentId and end with timestamp: %s',
  (_type, { fields, value }) => {
    const names = Object.keys(fields);
    expect([names[0], names.at(-1)]).toEqual(['agentId', 'timestamp']);
    expect(names).toContain(value);
  },
);
