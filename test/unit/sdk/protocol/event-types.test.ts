// The definitions of event types: what must hold of each, and of all together.
import { eventTypeDefinitions } from '#sdk/protocol';

const all = <Value>(valueOf: (definition: (typeof eventTypeDefinitions)[number]) => Value) =>
  eventTypeDefinitions.map(valueOf);

it('no two event types share a type, or a list', () => {
  expect(new Set(all(({ type }) => type)).size).toBe(eventTypeDefinitions.length);
  expect(new Set(all(({ list }) => list)).size).toBe(eventTypeDefinitions.length);
});

it('lists stand beside what else is in a snapshot, and maps beside what else a client has', () => {
  const others = ['timestamp', 'complete', 'heartbeatSeconds', 'connection', 'on', 'close'];
  expect(all(({ list }) => list).filter((list) => others.includes(list))).toEqual([]);
});

it.each(all((definition) => [definition.type, definition] as const))(
  '%s begins with the agent and ends with the time, as all events do',
  (_type, { fields, value }) => {
    const names = Object.keys(fields);
    expect([names[0], names.at(-1)]).toEqual(['agentId', 'timestamp']);
    expect(names).toContain(value);
  },
);
