// Simulates events at a rate to a number of connections, with the coalescer, the flushes and the pace that Lambda runs.
import { createCoalescer, type Coalescer } from '#core/coalescing/coalescer';
import { createFlush } from '#core/coalescing/flush/flush';
import type { OutgoingMessage } from '#core/fan-out/outgoing-message';
import type { Flush } from '#core/coalescing/ports';
import { createFanOut } from '#core/fan-out/fan-out';
import { createLargeFanOut } from '#core/fan-out/large-fan-out';
import { noRecentFanOuts } from '#core/fan-out/recent-fan-outs';
import type { Load } from '../model/load';
import { SimulatedEvents } from './simulated-events';
import { SimulatedService } from './simulated-service';
import { createSimulatedLease, createSimulatedPending } from './simulated-table';

export interface CoalescingSimulation {
  /** All clients read. */
  readonly load: Load;
  /** For how long events come. */
  readonly seconds: number;
}

export interface CoalescingResult {
  readonly posts: number;
  /** Posts that were answered 429. */
  readonly throttled: number;
  /** The longest that the last client waited for an event or for a newer one of its register, in seconds. */
  readonly oldestSeconds: number;
  /**
   * Flushes that began from the report of an event until the last client had it, at the most; if there are connections
   * without batches, flushes to those, who hear last.
   */
  readonly oldestFlushes: number;
  /** All that were reported. */
  readonly events: number;
  /** Those that some client was not sent, as there was no room for them and a newer one of their register went out. */
  readonly superseded: number;
  /** Events of which some client has never heard, nor of a newer one of their register. */
  readonly lost: number;
  /** From the first event to the last post: the lease may be held for longer. */
  readonly seconds: number;
}

/** Sends an event to everybody, in an execution environment of its own. */
type Send = (id: string, message: OutgoingMessage, deadline: number) => Promise<void>;

/** Deterministic: the same simulation gives the same numbers. */
export async function simulateCoalescing({
  load,
  seconds,
}: CoalescingSimulation): Promise<CoalescingResult> {
  const { agents, sessions, eventsPerSecond } = load;
  const events = new SimulatedEvents({ ...load, registers: agents + sessions });
  let lastAt = 0;
  const service = new SimulatedService(load, (text, at) => {
    lastAt = at;
    events.noteDelivered(text, at);
  });
  const { now, call, random } = service;
  const begun: number[] = [];
  const invoke = service.createFunction(
    load.coalesceMilliseconds === 'off'
      ? () => createPostingEach(service, load)
      : createCoalescing(service, load, load.coalesceMilliseconds, () => begun.push(now())),
  );

  async function report(): Promise<void> {
    const end = now() + seconds * 1000;
    for (let id = 0; now() < end; id += 1) {
      const message = events.report(now());
      service.spawn(() =>
        invoke(async (send, deadline) => {
          // The register is written first.
          await call(() => undefined);
          await send(String(id), message, deadline);
        }),
      );
      // Independently of each other.
      await service.sleep((-Math.log(1 - random()) * 1000) / eventsPerSecond);
    }
  }

  const startedAt = now();
  await service.run(report);
  return {
    ...{ posts: service.posts(), throttled: service.throttled() },
    ...events.aftermath(begun),
    seconds: (lastAt - startedAt) / 1000,
  };
}

/** @returns what makes an environment */
function createCoalescing(
  service: SimulatedService,
  { maxPostsPerSecond, largeFanOutConnections, documentedShare }: Load,
  coalesceMilliseconds: number,
  onFlush: () => void,
): () => Send {
  const { now, clock, call, connectionCounts, log, random } = service;
  const last = documentedShare > 0 ? 'single' : 'batched';
  const [lease, pending] = [createSimulatedLease(call), createSimulatedPending(call)];

  const createEnvironment = (): Coalescer => {
    const begin = createFlush({
      ...service.createFanOutDependencies(maxPostsPerSecond),
      ...{ connectionCounts, recentFanOuts: noRecentFanOuts, report: () => undefined },
      ...{ largeFanOutConnections, coalesceMilliseconds },
    });
    const flush: Flush = (order) => {
      if (order[last] !== undefined) onFlush();
      return begin(order);
    };
    return createCoalescer({
      ...{ lease, pending, flush, coalesceMilliseconds },
      ...{ now, timers: clock, log, createId: () => String(random()) },
      handOver: () =>
        call(() => {
          service.spawn(drain);
        }),
    });
  };

  const invokeOther = service.createFunction(createEnvironment);
  const drain = (): Promise<void> =>
    invokeOther((coalescer, deadline) => coalescer.drain(deadline));
  return () => {
    const coalescer = createEnvironment();
    const onFlushed = () => Promise.resolve();
    return (id, message, deadline) =>
      coalescer.send({ id, messages: [message], onFlushed }, deadline);
  };
}

/** As it was before there were flushes: a fan-out for each event. */
function createPostingEach(
  service: SimulatedService,
  { maxPostsPerSecond, largeFanOutConnections: threshold }: Load,
): Send {
  const dependencies = service.createFanOutDependencies(maxPostsPerSecond);
  const fanOut = createFanOut(dependencies);
  const largeFanOut = createLargeFanOut({
    ...dependencies,
    connectionCounts: service.connectionCounts,
    threshold,
  });
  return async (_id, message, deadline) => {
    const messages = [message];
    if (!(await largeFanOut(messages))) await fanOut({ messages, deadline, requeue: true });
  };
}
