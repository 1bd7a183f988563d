// The counts in a fan-out report, and their sums over all invocations for one event.
import fc from 'fast-check';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import type { FanOutRequest, FanOutReport } from '#core/fan-out/fan-out';
import type { PostResult } from '#core/connections/ports';
import type { RetryJob } from '#core/fan-out/ports';
import { agentEvent } from '#test/support/data/events';
import { createFanOutHarness } from '#test/support/core/fan-out';

const messages = [messageOfEvent(agentEvent('a', 'online', 1))];

/** The number of connections that an invocation processed. */
const metBy = ({ delivered, gone, expired, skipped, requeued, lost }: FanOutReport) =>
  delivered + gone + expired + skipped + requeued + lost;

const answers = fc.array(
  fc.constantFrom<PostResult>('delivered', 'gone', 'throttled', 'retryable', 'rejected'),
  { minLength: 1, maxLength: 8 },
);

it('counts each connection once in each invocation that processes it, and the sums match the delivered messages', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(answers, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 100, max: 3_000 }),
      fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
      fc.boolean(),
      async (scripts, milliseconds, unreadable, isSkipped) => {
        const harness = createFanOutHarness({ concurrency: 3 });
        const { clock, connections, gateway, queue, fanOut } = harness;
        const users = scripts.map((_, index) => `user-${index % 40}`);
        const seeded = connections.seed(clock.now(), users);
        const scriptOf = new Map(
          seeded.map(({ connectionId }, index) => [connectionId, [...(scripts[index] ?? [])]]),
        );
        const posted: string[] = [];
        let delivered = 0;
        gateway.post = async (connectionId) => {
          posted.push(connectionId);
          await new Promise<void>((resolve) => clock.after(50, resolve));
          const answer = scriptOf.get(connectionId)?.shift() ?? 'delivered';
          if (answer === 'delivered') delivered += 1;
          return answer;
        };
        if (unreadable !== undefined) connections.unreadable.add(unreadable);
        const order = { messages, requeue: true };

        const reports: FanOutReport[] = [];
        async function invoke(to: FanOutRequest['to'], round = 0): Promise<FanOutReport> {
          posted.length = 0;
          const [startedAt, queuedBefore] = [clock.now(), queue.jobs.length];
          const report = await clock.run(
            fanOut({
              ...{ ...order, round, deadline: startedAt + milliseconds },
              ...(to === undefined ? {} : { to }),
              ...(isSkipped
                ? { isSkipped: ({ connectionId }) => connectionId.endsWith('7=') }
                : {}),
            }),
          );
          const jobs = queue.jobs.slice(queuedBefore);
          for (const job of jobs) expect(job.round).toBe(round + 1);
          const lists = jobs.flatMap((job) => ('connections' in job ? job.connections : []));
          expect(report.requeued).toBe(lists.length);
          expect(report.requeuedShards).toBe(jobs.filter((job) => 'shard' in job).length);
          expect(report.lostShards).toBe(0);
          expect(report.retried).toBe(posted.length - new Set(posted).size);
          expect(report.milliseconds).toBe(clock.now() - startedAt);
          expect(report.postsPerSecond).toBe(
            Math.round((posted.length * 1000) / Math.max(1, report.milliseconds)),
          );
          reports.push(report);
          return report;
        }

        await invoke(undefined);
        for (let round = 1; queue.jobs.length > 0; round += 1) {
          // The shard becomes readable, because its job would be requeued without end otherwise.
          if (round > 2) connections.unreadable.clear();
          const jobs: RetryJob[] = queue.jobs;
          queue.jobs = [];
          for (const job of jobs) {
            if ('connections' in job) {
              const report = await invoke({ connections: job.connections }, round);
              expect(metBy(report)).toBe(job.connections.length);
            } else {
              const { shard, after } = job;
              await invoke({ shards: [after === undefined ? { shard } : { shard, after }] }, round);
            }
          }
        }
        const sum = (number: keyof FanOutReport) =>
          reports.reduce((total, report) => total + Number(report[number]), 0);
        expect(sum('delivered')).toBe(delivered);
        expect(sum('delivered') + sum('gone') + sum('lost') + sum('skipped')).toBe(seeded.length);
        expect(connections.records.size).toBe(seeded.length - sum('gone'));
      },
    ),
    { numRuns: 40 },
  ));
