// Mock agents for demonstrations: they go online, work, fail and go offline, and are reported as backends report theirs.
import type { Log } from './log';
import type { Reporter } from './reporter';

const agents = ['agent-atlas', 'agent-beacon', 'agent-comet', 'agent-delta', 'agent-ember'];

const activities = [
  'Reading the task',
  'Searching the code base',
  'Writing a test',
  'Running the tests',
  'Waiting for a review',
  'Summing up the result',
];

/** Reports `rounds` rounds of events: the first at once, the others every `pauseMilliseconds`. */
export type MockAgents = () => Promise<void>;

export function createMockAgents(dependencies: {
  readonly reporter: Reporter;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly log: Log;
  readonly rounds?: number;
  readonly pauseMilliseconds?: number;
}): MockAgents {
  const { reporter, random, sleep, log, rounds = 10, pauseMilliseconds = 5_000 } = dependencies;
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;

  async function round(): Promise<void> {
    const active = pick(agents);
    const changing = pick(agents);
    const drawn = random();
    const status = drawn < 0.7 ? 'online' : drawn < 0.9 ? 'offline' : 'error';
    await Promise.all([
      reporter.broadcastAgentStatus(changing, status),
      reporter.broadcastSessionActivity(active, `${active}-session`, pick(activities)),
    ]);
  }

  return async () => {
    await Promise.all(agents.map((agent) => reporter.broadcastAgentStatus(agent, 'online')));
    for (let done = 0; done < rounds; done += 1) {
      if (done > 0) await sleep(pauseMilliseconds);
      await round();
    }
    log.info('mock agents reported', { rounds });
  };
}
