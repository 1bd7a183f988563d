// Simulates events at a given rate and number of connections, with the service's coalescer, flushes and pace.
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
  /** Connections and events. All clients read. */
  readonly load: Load;
  /** Duration of the events. */
  readonly seconds: number;
}

export interface CoalescingResult {
  readonly posts: number;
  /** Posts that were answered 429. */
  readonly throttled: number;
  /** The longest time, in seconds, until the last client had an event or a newer one of its register. */
  readonly oldestSeconds: number;
  /**
   * The maximum number of flushes that began between the report of an event and the time at which the last client had it. If
   * there are connections without batches, only flushes to these are counted, because they are slower.
   */
  readonly oldestFlushes: number;
  /** Reported events. */
  readonly events: number;
  /** Events that some client was not sent, because they were superseded. */
  readonly superseded: number;
  /** Events for which some client got neither the event nor a newer one of its register. */
  readonly lost: number;
  /** Time from the first event to the last post. The lease may be held for longer. */
  readonly seconds: number;
}

/** Sends an event to all connections, in one execution environment. */
type Send = (id: string, message: OutgoingMessage, deadline: number) => Promise<void>;

/** Runs the simulation in virtual time. It is deterministic: the same input gives the same result. */
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
      // Events are independent of each other, so the time between two has an exponential distribution.
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

/**
 * Creates execution environments of `broadcast` with coalescing, which share one lease.
 * @param onFlush called for each flush to the slowest lane
 * @returns creates an environment, and returns its function to send an event
 */
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
    const flush: Flush = (request) => {
      if (request[last] !== undefined) onFlush();
      return begin(request);
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

/** Creates an execution environment without coalescing: each event is a separate fan-out. */
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
