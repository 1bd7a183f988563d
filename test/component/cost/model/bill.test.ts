// The model of the bill: known figures, tiers, and what must grow with what.
import fc from 'fast-check';
import { billOf, dollarsOf } from '#cost/model/bill';
import { defaultLoad, withoutFlushes, type Load } from '#cost/model/load';
import { dollarsFor, prices } from '#cost/model/prices';

const idle: Load = { ...defaultLoad, eventsPerSecond: 0 };

it('a thousand dashboards all month: $11 for being connected, $86 for a heartbeat every 30 s', () => {
  const bill = billOf({ ...idle, connections: 1_000 });
  expect(dollarsOf(bill, 'being connected')).toBeCloseTo(10.8, 10);
  expect(dollarsOf(bill, 'heartbeats')).toBeCloseTo(86.4, 10);
});

it('half the day open is half of it', () => {
  const bill = billOf({ ...idle, connections: 1_000, hoursPerDay: 12 });
  expect(dollarsOf(bill, 'being connected')).toBeCloseTo(5.4, 10);
  expect(dollarsOf(bill, 'heartbeats')).toBeCloseTo(43.2, 10);
});

it('an event a second to a thousand dashboards is 2,592 million messages without coalescing, over two tiers', () => {
  const load = { ...defaultLoad, connections: 1_000, eventsPerSecond: 1 };
  const bill = billOf(withoutFlushes(load));
  expect(dollarsOf(bill, 'messages of events')).toBeCloseTo(1_000 + 1_592 * 0.8, 6);
  // What comes after it on the bill begins in the second tier.
  expect(dollarsOf(bill, 'heartbeats')).toBeCloseTo(86.4 * 0.8, 6);
});

it('when idle, a Poisson stream of events spares the heartbeats that follow one within 15 s', () => {
  const load: Load = { ...defaultLoad, eventsPerSecond: 0.1, heartbeat: 'when-idle' };
  expect(dollarsOf(billOf(load), 'heartbeats')).toBeCloseTo(86.4 * Math.exp(-1.5), 6);
  expect(dollarsOf(billOf({ ...load, eventsPerSecond: 0 }), 'heartbeats')).toBeCloseTo(86.4, 6);
});

it('a flush each half second bounds what events cost, whatever their number', () => {
  const messagesOf = (eventsPerSecond: number) =>
    dollarsOf(
      billOf({ ...defaultLoad, connections: 1_000, eventsPerSecond }),
      'messages of events',
    );
  const ceiling = 1_000 + (2 * 1_000 * 2.592 - 1_000) * 0.8;
  expect(messagesOf(50)).toBeCloseTo(ceiling, 0);
  // A hundred messages of 200 bytes share one post.
  expect(messagesOf(200)).toBeCloseTo(ceiling, 0);
  expect(messagesOf(0.01)).toBeCloseTo(0.01 * 1_000 * 2.592, 0);
});

it('a bill says what an idle event writes and reads, and what one under load does', () => {
  const unitsOf = (load: Load, item: string) =>
    (billOf(load).items.find((one) => one.item === item)?.units ?? NaN) / (30 * 24 * 3600);
  const perEvent = (eventsPerSecond: number, item: string) => {
    const [none, some] = [0, eventsPerSecond].map((rate) =>
      unitsOf({ ...defaultLoad, connections: 100, eventsPerSecond: rate }, item),
    );
    return ((some ?? NaN) - (none ?? NaN)) / eventsPerSecond;
  };
  // Register, lease acquired, lease released, register once more.
  expect(perEvent(0.001, 'DynamoDB writes')).toBeCloseTo(4, 2);
  // Two looks at four partitions, and a listing: half a unit for each shard. Nobody looks at the lease before acquiring it.
  expect(perEvent(0.001, 'DynamoDB reads')).toBeCloseTo(8 + 8, 1);
  // Register and pending item.
  expect(perEvent(300, 'DynamoDB writes')).toBeCloseTo(2, 1);
  expect(perEvent(300, 'DynamoDB reads')).toBeLessThan(1.4);
});

it('packs spare entries of EventBridge and calls of Lambda; each event still writes its register', () => {
  const load: Load = { ...defaultLoad, connections: 100, eventsPerSecond: 300 };
  const [single, packed] = [billOf(load), billOf({ ...load, eventsPerPack: 10 })];
  expect(dollarsOf(packed, 'EventBridge')).toBeCloseTo(dollarsOf(single, 'EventBridge') / 10, 6);
  const writes = dollarsOf(packed, 'DynamoDB writes');
  expect(writes).toBeGreaterThan((300 * 2.592 * 0.625 * 1e6) / 1e6);
  expect(writes).toBeLessThan(dollarsOf(single, 'DynamoDB writes'));
});

it('connections without batches cost what they did before, as long as each gets each event', () => {
  const load: Load = { ...defaultLoad, connections: 1_000, eventsPerSecond: 5 };
  const documented = billOf({ ...load, documentedShare: 1 });
  const before = billOf(withoutFlushes(load));
  expect(dollarsOf(documented, 'messages of events')).toBeCloseTo(
    dollarsOf(before, 'messages of events'),
    6,
  );
});

it('tiers: each unit at the price of its own tier', () => {
  expect(dollarsFor('webSocketMessage', 1e9)).toBeCloseTo(1_000, 6);
  expect(dollarsFor('webSocketMessage', 1e9 + 1e6)).toBeCloseTo(1_000.8, 6);
  expect(dollarsFor('sentByte', 11 * 2 ** 40)).toBeCloseTo(10_240 * 0.09 + 1_024 * 0.085, 6);
  for (const tiers of Object.values(prices)) expect(tiers.at(-1)?.[0]).toBe(Infinity);
});

const load = fc.record({
  connections: fc.integer({ min: 1, max: 1_000_000 }),
  eventsPerSecond: fc.double({ min: 0, max: 100, noNaN: true }),
  hoursPerDay: fc.double({ min: 0.5, max: 24, noNaN: true }),
  heartbeat: fc.constantFrom('always' as const, 'when-idle' as const),
  heartbeatSeconds: fc.constantFrom(10, 30, 60),
  messageBytes: fc.integer({ min: 50, max: 32_000 }),
  agents: fc.nat(10_000),
  sessions: fc.nat(10_000),
  coalesceMilliseconds: fc.constantFrom('off' as const, 0, 500, 1_000),
  documentedShare: fc.constantFrom(0, 0.5, 1),
});

it('nothing is ever negative or unknown, and more of anything never costs less', () => {
  fc.assert(
    fc.property(load, (given) => {
      const bill = billOf({ ...defaultLoad, ...given });
      expect(
        bill.items.filter(({ dollars }) => !(Number.isFinite(dollars) && dollars >= 0)),
      ).toEqual([]);
      // With flushes more bytes can make fewer of them, when there is more to send than the pace allows.
      const more = withoutFlushes({ ...defaultLoad, ...given });
      const less = billOf(more).dollars;
      for (const change of [
        { hoursPerDay: Math.min(24, given.hoursPerDay * 2) },
        { messageBytes: given.messageBytes * 2 },
        { agents: given.agents * 2 },
      ]) {
        const greater = billOf({ ...more, ...change }).dollars;
        expect(greater).toBeGreaterThanOrEqual(less * (1 - 1e-9));
      }
      const always = billOf({ ...more, heartbeat: 'always' });
      const whenIdle = billOf({ ...more, heartbeat: 'when-idle' });
      expect(dollarsOf(whenIdle, 'heartbeats')).toBeLessThanOrEqual(
        dollarsOf(always, 'heartbeats'),
      );
    }),
  );
});
