// The process that is measured: it posts as one variant does, and counts its own CPU time and memory.
import { readFileSync } from 'node:fs';
import { serializeMessage } from '#sdk/protocol';
import { createFast } from './variants/fast';
import { createSdkBounded } from './variants/sdk-bounded';
import { createSdkPromiseAll } from './variants/sdk-promise-all';
import { createUnsigned } from './variants/unsigned';
import type { Send, Surroundings, VariantName } from './variants/variant';

/** What to do; the first argument, as JSON. */
export interface PostingTask {
  readonly variant: VariantName;
  readonly connections: number;
  readonly surroundings: Surroundings;
  /** Whether one fan-out is enough, however short it is. Default: no. */
  readonly once?: boolean;
}

/** What this process says: first `warm`, then, when told to go on, `measured`. */
export type PostingMessage =
  | { readonly kind: 'warm' }
  | {
      readonly kind: 'measured';
      readonly fanOuts: number;
      readonly delivered: number;
      readonly cpuMicroseconds: number;
      readonly milliseconds: number;
      readonly peakRssBytes: number;
    };

const variants: Readonly<Record<VariantName, (surroundings: Surroundings) => Send>> = {
  fast: createFast,
  unsigned: createUnsigned,
  'sdk-bounded': createSdkBounded,
  'sdk-promise-all': createSdkPromiseAll,
};

/**
 * Opens the sockets and lets V8 compile what is hot, as in a function that is not cold: as many messages for each
 * variant and size, however long they take.
 */
const warmUp = { connections: 1_000, fanOuts: 10, milliseconds: 0 };

/** A fan-out to a few connections is repeated, so that it is measured as exactly as one to many. */
const measurement = { fanOuts: 1, milliseconds: 2_000 };

async function run({
  variant,
  connections,
  surroundings,
  once = false,
}: PostingTask): Promise<void> {
  const send = variants[variant](surroundings);
  const told = new Promise((resolve) => process.once('message', resolve));
  await repeat(send, warmUp.connections, warmUp);
  await say({ kind: 'warm' });
  await told;
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const counts = await repeat(send, connections, {
    ...measurement,
    ...(once && { milliseconds: 0 }),
  });
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const numbers = { cpuMicroseconds: user + system, milliseconds, peakRssBytes: readPeakRss() };
  await say({ kind: 'measured', ...counts, ...numbers });
}

/** Sends messages, one after the other, at least so many and at least so long. */
async function repeat(
  send: Send,
  connections: number,
  least: { readonly fanOuts: number; readonly milliseconds: number },
): Promise<{ readonly fanOuts: number; readonly delivered: number }> {
  const until = performance.now() + least.milliseconds;
  const counts = { fanOuts: 0, delivered: 0 };
  while (counts.fanOuts < least.fanOuts || performance.now() < until) {
    counts.delivered += await send(createFrame(counts.fanOuts), connections);
    counts.fanOuts += 1;
  }
  return counts;
}

/** Of a usual length, and another one each time: nothing of one message helps the next. */
function createFrame(time: number): string {
  return serializeMessage({
    type: 'session:activity',
    payload: {
      agentId: 'agent-7f3c',
      sessionId: 'session-2026-01-31-0042',
      lastMessage: `Step ${time}: read the failing test, found the wrong timezone, running the suite again.`,
      timestamp: 1_769_846_400_000 + time,
    },
  });
}

/**
 * Linux counts the parent's memory at the time of the fork into a child's `maxRSS`; VmHWM is this process's own.
 * @see https://man7.org/linux/man-pages/man2/getrusage.2.html
 */
function readPeakRss(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes = ''] =
    /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

function say(message: PostingMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => {
      resolve();
    });
  });
}

if (require.main === module) {
  void run(JSON.parse(process.argv[2] ?? '') as PostingTask).then(() => {
    // Sockets and timers of the variants are still open.
    process.exit(0);
  });
}
