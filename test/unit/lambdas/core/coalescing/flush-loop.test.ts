// One hold of the fan-out lease: the order of what is sent, its end, and the release of the lease.
import { createCoalescer } from '#core/coalescing/coalescer';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import type { AgentStatus } from '#sdk/protocol';
import { MemoryFanOutLease, MemoryPendingStore } from '#cost/simulation/memory-coalescing';
import { agentEvent } from '#test/support/data/events';
import { FakeClock, RecordingLog } from '#test/support/core/fakes';

function setUp({ lease = new MemoryFanOutLease(), coalesceMilliseconds = 500 } = {}) {
  const clock = new FakeClock();
  const { now } = clock;
  const pending = new MemoryPendingStore();
  const sent: string[] = [];
  let ids = 0;
  const coalescer = createCoalescer({
    ...{ lease, pending, timers: clock, now, coalesceMilliseconds, log: new RecordingLog() },
    flush: ({ batched }) => {
      sent.push(...batched.map(({ text }) => text));
      const ended = Promise.resolve(undefined);
      return { batched: ended, single: ended, served: { batched: ended, single: ended } };
    },
    createId: () => `holder-${(ids += 1)}`,
    handOver: () => Promise.resolve(),
  });
  const send = (id: string, agentId: string, status: AgentStatus['status'] = 'online') =>
    coalescer.send({ ...itemOf(id, agentId, status), onFlushed }, now() + 54_000);
  return { clock, now, lease, pending, sent, coalescer, send };
}

const onFlushed = () => Promise.resolve();
let timestamp = 1_770_000_000_000;

/** Each call returns a newer event. */
function itemOf(id: string, agentId: string, status: AgentStatus['status'] = 'online') {
  return { id, messages: [messageOfEvent(agentEvent(agentId, status, (timestamp += 1)))] };
}

it('sends the events of a register in the order of their versions, even if the older one waits for its flush', async () => {
  const { clock, sent, send } = setUp();
  await clock.run(send('first', 'other'));
  clock.advance(100);
  // Acquires the lease, and waits for its flush.
  const older = send('older', 'x', 'online');
  await clock.run(new Promise<void>((resolve) => clock.after(200, resolve)));
  const newer = send('newer', 'x', 'offline');
  await clock.run(Promise.all([older, newer]));
  const statuses = sent
    .map((text) => (JSON.parse(text) as { payload: AgentStatus }).payload)
    .flatMap(({ agentId, status }) => (agentId === 'x' ? [status] : []));
  expect(statuses).toEqual(['online', 'offline']);
});

it('releases the lease if the list of sent events cannot be saved', async () => {
  const lease = new MemoryFanOutLease();
  lease.saveSent = () => Promise.reject(new Error('the item is too large'));
  const { clock, sent, send } = setUp({ lease });
  await clock.run(Promise.all([send('one', 'x'), send('two', 'y')]));
  expect(sent).toHaveLength(2);
  expect(lease.state).toMatchObject({ holder: undefined, hasSent: false });
});

it('sends an event that was recorded during a failed release of the lease', async () => {
  const { clock, lease, pending, now, sent, send } = setUp();
  const release = lease.release.bind(lease);
  lease.release = async () => {
    lease.release = release;
    // Another invocation has seen that the lease is held, and records its event.
    await pending.record({ ...itemOf('left', 'y'), recordedAt: now() });
    throw new Error('the table is throttled');
  };
  await clock.run(send('one', 'x'));
  expect(sent).toHaveLength(2);
});

it('does not send an event that has been pending for two hours', async () => {
  const { clock, pending, now, sent, send } = setUp();
  await pending.record({ ...itemOf('old', 'x'), recordedAt: now() - 2 * 3_600_000 });
  await clock.run(send('new', 'x'));
  expect(sent).toHaveLength(1);
});

it('records an event a second time, but not more often, if the write takes longer than the overlap', async () => {
  const { clock, lease, pending, now, send } = setUp();
  const hold = () => {
    const heldUntil = now() + 5_000;
    lease.state = { ...lease.state, holder: 'other', heldUntil, read: now() };
    clock.after(100, hold);
  };
  hold();
  const record = pending.record.bind(pending);
  let writes = 0;
  pending.record = async (item) => {
    writes += 1;
    if (writes > 10) throw new Error('without end');
    await new Promise<void>((resolve) => clock.after(1_300, resolve));
    await record(item);
  };
  await clock.run(send('one', 'x'));
  expect(writes).toBe(2);
});

it('ends by the deadline, even if other events are recorded all the time', async () => {
  const { clock, pending, now, send } = setUp({ coalesceMilliseconds: 10_000 });
  const begunAt = now();
  for (let second = 1; second < 60; second += 1) {
    clock.after(second * 1_000, () => {
      void pending.record({ ...itemOf(`event-${second}`, 'y'), recordedAt: now() });
    });
  }
  await clock.run(send('one', 'x'));
  expect(now() - begunAt).toBeLessThanOrEqual(54_000);
});
