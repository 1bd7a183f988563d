// The model of the bill: known amounts, price tiers, and monotonicity.
import fc from 'fast-check';
import { billOf, dollarsOf } from '#cost/model/bill';
import { defaultLoad, secondsPerMonth, withoutFlushes, type Load } from '#cost/model/load';
import { dollarsFor, prices, type Unit } from '#cost/model/prices';

const idle: Load = { ...defaultLoad, eventsPerSecond: 0 };

it('is $11 for connection minutes and $86 for heartbeats every 30 s with 1,000 connections for a month', () => {
  const bill = billOf({ ...idle, connections: 1_000 });
  expect(dollarsOf(bill, 'being connected')).toBeCloseTo(10.8, 10);
  expect(dollarsOf(bill, 'heartbeats')).toBeCloseTo(86.4, 10);
});

it('is half as much if the connections are open for half of each day', () => {
  const bill = billOf({ ...idle, connections: 1_000, hoursPerDay: 12 });
  expect(dollarsOf(bill, 'being connected')).toBeCloseTo(5.4, 10);
  expect(dollarsOf(bill, 'heartbeats')).toBeCloseTo(43.2, 10);
});

it('contains 2,592 million messages in two price tiers for one event a second to 1,000 connections without coalescing', () => {
  const load = { ...defaultLoad, connections: 1_000, eventsPerSecond: 1 };
  const bill = billOf(withoutFlushes(load));
  expect(dollarsOf(bill, 'messages of events')).toBeCloseTo(1_000 + 1_592 * 0.8, 6);
  // The next item of the bill begins in the second tier.
  expect(dollarsOf(bill, 'heartbeats')).toBeCloseTo(86.4 * 0.8, 6);
});

it('omits heartbeats within 15 s after an event of a Poisson process with the heartbeat when-idle', () => {
  const load: Load = { ...defaultLoad, eventsPerSecond: 0.1, heartbeat: 'when-idle' };
  expect(dollarsOf(billOf(load), 'heartbeats')).toBeCloseTo(86.4 * Math.exp(-1.5), 6);
  expect(dollarsOf(billOf({ ...load, eventsPerSecond: 0 }), 'heartbeats')).toBeCloseTo(86.4, 6);
});

it('limits the cost of events by one flush each half second, at any rate of events', () => {
  const messagesOf = (eventsPerSecond: number) =>
    dollarsOf(
      billOf({ ...defaultLoad, connections: 1_000, eventsPerSecond }),
      'messages of events',
    );
  const ceiling = 1_000 + (2 * 1_000 * 2.592 - 1_000) * 0.8;
  expect(messagesOf(50)).toBeCloseTo(ceiling, 0);
  // One post carries 100 messages of 200 bytes.
  expect(messagesOf(200)).toBeCloseTo(ceiling, 0);
  expect(messagesOf(0.01)).toBeCloseTo(0.01 * 1_000 * 2.592, 0);
});

it('contains the reads and writes of an event at a low and at a high rate of events', () => {
  const unitsOf = (load: Load, item: string) =>
    (billOf(load).items.find((one) => one.item === item)?.units ?? NaN) / (30 * 24 * 3600);
  const perEvent = (eventsPerSecond: number, item: string) => {
    const [none, some] = [0, eventsPerSecond].map((rate) =>
      unitsOf({ ...defaultLoad, connections: 100, eventsPerSecond: rate }, item),
    );
    return ((some ?? NaN) - (none ?? NaN)) / eventsPerSecond;
  };
  // Write the register, acquire the lease, release the lease, write the register again.
  expect(perEvent(0.001, 'DynamoDB writes')).toBeCloseTo(4, 2);
  // Four partitions are read twice, and the connections are listed: half a unit for each of 16 shards. The lease is acquired without a read.
  expect(perEvent(0.001, 'DynamoDB reads')).toBeCloseTo(8 + 8, 1);
  // Write the register and the pending item.
  expect(perEvent(300, 'DynamoDB writes')).toBeCloseTo(2, 1);
  expect(perEvent(300, 'DynamoDB reads')).toBeLessThan(1.4);
});

it('contains one write for each event in its timeline, $0.65 a million with its storage if it has 1 KB, and nothing without timelines', () => {
  const million: Load = { ...defaultLoad, eventsPerSecond: 1e6 / secondsPerMonth };
  const timelines = (load: Load) =>
    dollarsOf(billOf(load), 'timelines') + dollarsOf(billOf(load), 'storage of timelines');
  // An item of 1,024 bytes.
  const large = { ...million, messageBytes: 1_079 };
  expect(dollarsOf(billOf(large), 'timelines')).toBeCloseTo(0.625, 6);
  expect(timelines(large)).toBeCloseTo(0.65, 2);
  expect(timelines(million)).toBeLessThan(0.635);
  expect(dollarsOf(billOf({ ...million, messageBytes: 1_080 }), 'timelines')).toBeCloseTo(1.25, 6);
  expect(timelines({ ...million, timelineHours: 0 })).toBe(0);
});

it('contains a write, an entry of EventBridge and a short call for each report that only restarts a time to live, as an item of its own', () => {
  const [without, kept] = [0, 10].map((keepAlivesPerSecond) =>
    billOf({ ...defaultLoad, keepAlivesPerSecond }),
  );
  if (without === undefined || kept === undefined) throw new Error('There are two bills.');
  const millions = (10 * secondsPerMonth) / 1e6;
  const item = 'agents that are kept alive';
  const of = (unit: Unit) =>
    kept.items.find((one) => one.item === item && one.unit === unit)?.dollars ?? NaN;
  expect(of('event')).toBeCloseTo(millions * 1, 6);
  expect(of('writeUnit')).toBeCloseTo(millions * 0.625, 6);
  expect(of('lambdaRequest')).toBeCloseTo(millions * 0.2, 6);
  expect(dollarsOf(kept, item)).toBeGreaterThan(millions * 2);
  // All else that they cost are some traces.
  const others = kept.items.filter((one) => ![item, 'traces'].includes(one.item));
  expect(others.map((one) => [one.item, one.units])).toEqual(
    without.items.flatMap((one) => (one.item === 'traces' ? [] : [[one.item, one.units]])),
  );
  expect(kept.dollars - without.dollars).toBeLessThan(millions * 3);
  expect(without.items.map((one) => one.item)).not.toContain(item);
});

it('contains the reads of the registers of all agents at each heartbeat', () => {
  const reads = (agents: number) =>
    billOf({ ...defaultLoad, agents, sessions: 0, connections: 1 }).items.find(
      ({ item }) => item === 'DynamoDB reads',
    )?.units ?? NaN;
  // 10,000 agents are half a unit for each 4,096 of 2,000,000 bytes. Each heartbeat reads them, and handshakes read the snapshot.
  const heartbeats = secondsPerMonth / defaultLoad.heartbeatSeconds;
  expect((reads(10_000) - reads(0)) / heartbeats).toBeGreaterThan(2_000_000 / 4_096 / 2 - 8);
});

it('costs less with packs on EventBridge and for writes, but each event still writes its register', () => {
  const load: Load = { ...defaultLoad, connections: 100, eventsPerSecond: 300 };
  const [single, packed] = [billOf(load), billOf({ ...load, eventsPerPack: 10 })];
  expect(dollarsOf(packed, 'EventBridge')).toBeCloseTo(dollarsOf(single, 'EventBridge') / 10, 6);
  const writes = dollarsOf(packed, 'DynamoDB writes');
  expect(writes).toBeGreaterThan((300 * 2.592 * 0.625 * 1e6) / 1e6);
  expect(writes).toBeLessThan(dollarsOf(single, 'DynamoDB writes'));
});

it('is the same for connections without batches as without coalescing, as long as they get every event', () => {
  const load: Load = { ...defaultLoad, connections: 1_000, eventsPerSecond: 5 };
  const documented = billOf({ ...load, documentedShare: 1 });
  const before = billOf(withoutFlushes(load));
  expect(dollarsOf(documented, 'messages of events')).toBeCloseTo(
    dollarsOf(before, 'messages of events'),
    6,
  );
});

it('charges a dashboard that watches one agent in a hundred for a hundredth of the messages', () => {
  const all: Load = { ...defaultLoad, connections: 1_000, eventsPerSecond: 1 };
  const some = { ...all, watchedShare: 0.01 };
  expect(Math.round(dollarsOf(billOf(withoutFlushes(all)), 'messages of events'))).toBe(2_274);
  for (const load of [some, withoutFlushes(some)]) {
    expect(dollarsOf(billOf(load), 'messages of events')).toBeCloseTo(25.9, 1);
    // No heartbeat shares a post with an event, and none is skipped.
    for (const heartbeat of ['always', 'when-idle'] as const)
      expect(dollarsOf(billOf({ ...load, heartbeat }), 'heartbeats')).toBeCloseTo(86, 0);
  }
});

it('charges connections without batches for each message that they watch, and others for each batch with one', () => {
  const load: Load = { ...defaultLoad, connections: 100, eventsPerSecond: 300, watchedShare: 0.1 };
  const messagesOf = (changed: Partial<Load>) =>
    dollarsOf(billOf({ ...load, ...changed }), 'messages of events');
  const documented = messagesOf({ documentedShare: 1 });
  // 30 events a second of the 300 for each of the 100 connections: the first billion at $1 a million, the others at $0.80.
  expect(documented).toBeCloseTo(1_000 + ((100 * 30 * 2.592e6) / 1e6 - 1_000) * 0.8, 0);
  // Of 150 events in a flush, 15 are watched: one post to each connection, twice a second.
  expect(messagesOf({})).toBeCloseTo((100 * 2 * 2.592e6) / 1e6, 0);
});

it('charges environments that are always ready for the whole month, and their calls at the lower price', () => {
  const load: Load = { ...defaultLoad, connections: 10_000 };
  const ready: Load = { ...load, provisionedConcurrency: { connect: 2, broadcast: 1 } };
  const gigabytes = 2 * 0.5 + 1769 / 1024;
  expect(dollarsOf(billOf(ready), 'provisioned concurrency')).toBeCloseTo(
    gigabytes * secondsPerMonth * 0.0000033334,
    6,
  );
  const priceRatio = 0.0000077778 / 0.0000133334;
  const [before, after] = [billOf(load), billOf(ready)];
  for (const name of ['Lambda connect', 'Lambda broadcast'] as const) {
    expect(dollarsOf(after, name)).toBeCloseTo(dollarsOf(before, name) * priceRatio, 6);
  }
  expect(dollarsOf(after, 'Lambda default')).toBeCloseTo(dollarsOf(before, 'Lambda default'), 9);
});

it('charges calls that do not fit into the environments that are always ready at the usual price', () => {
  const load: Load = { ...defaultLoad, connections: 100, eventsPerSecond: 300 };
  const bill = billOf({ ...load, provisionedConcurrency: { broadcast: 1 } });
  const of = (unit: Unit) =>
    bill.items.find((one) => one.item === 'Lambda broadcast' && one.unit === unit)?.units ?? 0;
  const one = (1769 / 1024) * secondsPerMonth;
  expect(of('provisionedCallGigabyteSecond')).toBeCloseTo(one, 3);
  expect(of('lambdaGigabyteSecond')).toBeGreaterThan(one);
});

it('charges the memory of a function, and a longer duration if it has less than one CPU to post with', () => {
  const load: Load = { ...defaultLoad, connections: 10_000 };
  const broadcast = (memory: number) =>
    dollarsOf(billOf({ ...load, memoryMegabytes: { broadcast: memory } }), 'Lambda broadcast');
  expect(broadcast(2 * 1769)).toBeCloseTo(2 * broadcast(1769), 6);
  // The pace allows 8,000 posts a second: half a CPU takes 6,580 of them.
  expect(broadcast(1769 / 2)).toBeGreaterThan(0.5 * broadcast(1769));
  const connect = (given: Load) => dollarsOf(billOf(given), 'Lambda connect');
  const more = { ...load, memoryMegabytes: { connect: 1024 } };
  expect(connect(more)).toBeCloseTo(2 * connect(load), 9);
});

it('charges each unit at the price of its tier', () => {
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
  watchedShare: fc.constantFrom(0, 0.01, 0.5, 1),
});

it('is never negative or NaN, and never decreases when the load increases', () => {
  fc.assert(
    fc.property(load, (given) => {
      const bill = billOf({ ...defaultLoad, ...given });
      expect(
        bill.items.filter(({ dollars }) => !(Number.isFinite(dollars) && dollars >= 0)),
      ).toEqual([]);
      // Compare without flushes: with them, more bytes can lead to fewer flushes, if there is more to send than the pace allows.
      const more = withoutFlushes({ ...defaultLoad, ...given });
      const always = billOf({ ...more, heartbeat: 'always' });
      const increases: [Load, Partial<Load>][] = [
        [more, { hoursPerDay: Math.min(24, given.hoursPerDay * 2) }],
        [more, { messageBytes: given.messageBytes * 2 }],
        [more, { agents: given.agents * 2 }],
        // With `when-idle`, only a connection that gets every event is skipped: to watch all agents can save heartbeats.
        [{ ...more, heartbeat: 'always' }, { watchedShare: Math.min(1, given.watchedShare * 2) }],
      ];
      for (const [base, change] of increases) {
        const [less, greater] = [base, { ...base, ...change }].map((one) => billOf(one).dollars);
        expect(greater).toBeGreaterThanOrEqual((less ?? NaN) * (1 - 1e-9));
      }
      const whenIdle = billOf({ ...more, heartbeat: 'when-idle' });
      expect(dollarsOf(whenIdle, 'heartbeats')).toBeLessThanOrEqual(
        dollarsOf(always, 'heartbeats'),
      );
    }),
  );
});
