// The measurement `latency`: how long a single event and a handshake take on the local stack, and in which steps.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type WebSocket from 'ws';
import { startLocalStack, type AnsweredRequest, type LocalStack } from '#local/index';
import { resultOf, type LatencyResult } from './results';
import { closeSockets, connect, openSockets, receivedByAll } from './sockets';
import { timeEvent, timeHandshake, type Timing } from './steps';

export interface LatencyBenchOptions {
  /** Numbers of connections. */
  readonly sizes: readonly number[];
  /** How many events, and how many handshakes, are measured. */
  readonly runs: number;
  /** Called after each measurement. */
  readonly onResult: (result: LatencyResult) => void;
}

/** Runs that are not measured, because the functions start and V8 compiles them. */
const warmUpRuns = 5;

/** Time between two runs: longer than `coalesceMilliseconds`, so that no event waits for the flush before it. */
const pauseMilliseconds = 1_000;

/** How long the records of closed connections may take to be removed. */
const removalMilliseconds = 120_000;

const unlimited = 100_000;

/**
 * Measures events to each number of connections, and then handshakes while no other connection is open.
 * @throws Error if a message does not arrive within a minute
 */
export async function benchLatency(
  options: LatencyBenchOptions,
): Promise<readonly LatencyResult[]> {
  const requests: AnsweredRequest[] = [];
  const stack = await startLocalStack({
    settings: {
      ...{ handshakesPerSecond: 10_000, handshakesPerMinute: unlimited, handshakeBurst: unlimited },
    },
    // No heartbeat is sent beside a measurement.
    testing: { scheduleLateness: () => 'lost', onAnswered: (request) => requests.push(request) },
  });
  const bus = new EventBridgeClient(stack.clientConfiguration);
  const results: LatencyResult[] = [];
  const note = (result: LatencyResult) => {
    options.onResult(result);
    results.push(result);
  };
  try {
    for (const size of options.sizes) {
      const sockets = await openSockets(stack, size);
      const timings = await repeat(options.runs, (run) => {
        requests.length = 0;
        return measureEvent({ stack, bus, sockets, requests, agentId: `agent-${run}` });
      });
      note(resultOf('event', size, timings));
      requests.length = 0;
      await closeSockets(sockets);
      await removed(requests, size);
    }
    const timings = await repeat(options.runs, (run) => {
      requests.length = 0;
      return measureHandshake(stack, `user-${run}`, requests);
    });
    note(resultOf('handshake', 0, timings));
    return results;
  } finally {
    bus.destroy();
    await stack.close();
  }
}

/** Waits until the records of closed connections are removed: the functions must not do this beside the next measurement. */
async function removed(requests: readonly AnsweredRequest[], connections: number): Promise<void> {
  const signal = AbortSignal.timeout(removalMilliseconds);
  const isRemoval = ({ sender, operation }: AnsweredRequest) =>
    sender === 'mission-control-disconnect' && operation === 'DeleteItem';
  while (requests.filter(isRemoval).length < connections) await pause(100, undefined, { signal });
}

async function repeat(
  runs: number,
  measure: (run: number) => Promise<Timing>,
): Promise<readonly Timing[]> {
  const timings: Timing[] = [];
  for (let run = 0; run < warmUpRuns + runs; run += 1) {
    await pause(pauseMilliseconds);
    timings.push(await measure(run));
  }
  return timings.slice(warmUpRuns);
}

interface EventRun {
  readonly stack: LocalStack;
  readonly bus: EventBridgeClient;
  readonly sockets: readonly WebSocket[];
  readonly requests: readonly AnsweredRequest[];
  readonly agentId: string;
}

async function measureEvent(run: EventRun): Promise<Timing> {
  const { stack, bus, sockets, requests, agentId } = run;
  const timestamp = Date.now();
  const received = receivedByAll(sockets, `"timestamp":${timestamp}`);
  const sentAt = performance.now();
  const put = bus.send(
    new PutEventsCommand({
      Entries: [
        {
          ...{ EventBusName: stack.eventBusName, Source: 'mission-control' },
          DetailType: 'agent:status',
          Detail: JSON.stringify({ agentId, status: 'online', timestamp }),
        },
      ],
    }),
  );
  const [times] = await Promise.all([received, put]);
  return timeEvent({ sentAt, requests, ...times });
}

async function measureHandshake(
  stack: LocalStack,
  userId: string,
  requests: readonly AnsweredRequest[],
): Promise<Timing> {
  const open = await connect(stack, userId);
  const startedAt = performance.now();
  const socket = open();
  await once(socket, 'open');
  const openAt = performance.now();
  const received = receivedByAll([socket], '"type":"state:snapshot"');
  socket.send(JSON.stringify({ type: 'state:sync' }));
  const { firstAt: snapshotAt } = await received;
  const timing = timeHandshake({ startedAt, requests, openAt, snapshotAt });
  await closeSockets([socket]);
  return timing;
}
