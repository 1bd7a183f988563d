// The measured process: it posts with one variant, and measures its own CPU time and memory.
import { readFileSync } from 'node:fs';
import { serializeMessage } from '#sdk/protocol';
import { createFast } from './variants/fast';
import { createListing } from './variants/listing';
import { createSdkBounded } from './variants/sdk-bounded';
import { createSdkPromiseAll } from './variants/sdk-promise-all';
import { createUnsigned } from './variants/unsigned';
import type { Send, Surroundings, VariantName } from './variants/variant';

/** The task of this process: its first argument, as JSON. */
export interface PostingTask {
  /** `listing` lists the connections, and posts nothing. */
  readonly variant: VariantName | 'listing';
  readonly connections: number;
  readonly surroundings: Surroundings;
  /** Whether only one fan-out is measured, even if it is short. Default: false. */
  readonly once?: boolean;
}

/** Messages of this process: `warm` first, then, after a message from the parent process, `measured`. */
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

const variants: Readonly<Record<PostingTask['variant'], (surroundings: Surroundings) => Send>> = {
  fast: createFast,
  listing: createListing,
  unsigned: createUnsigned,
  'sdk-bounded': createSdkBounded,
  'sdk-promise-all': createSdkPromiseAll,
};

/**
 * The warm-up opens the sockets and lets V8 compile hot code, as in a warm Lambda function. It has the same number of messages for
 * each variant and number of connections.
 */
const warmUp = { connections: 1_000, fanOuts: 10, milliseconds: 0 };

/** The measurement repeats short fan-outs for two seconds, to be as precise as with long ones. */
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

/** Sends messages one after the other. @param least minimum number of fan-outs, and minimum duration */
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

/** Creates a message. Its length is typical, and each message is different, so that nothing is reused for the next one. */
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
 * Reads the peak resident set size of this process, in bytes. On Linux, `maxRSS` of a child includes the parent's memory at the
 * time of the fork, so VmHWM is used instead.
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
    // Open sockets and timers of the variants would keep the process running.
    process.exit(0);
  });
}
