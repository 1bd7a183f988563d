// Flushes to more connections than one worker can post to: with a job for each shard.
import type { ConnectionCounts } from '../../connections/connection-count';
import type { Pace } from '../../posting/pace';
import type { Clock, Timers } from '../../clock';
import type { RetryJob, RetryQueue } from '../../fan-out/ports';
import type { Lane } from '../../connections/ports';
import type { Log } from '../../log';
import { shardJobs } from '../../fan-out/retries/shard-jobs';
import { allOf, contentsOf, countPosts, supersededIn, type LaneContent } from './flush-content';
import { isEvent, typeOf, type OutgoingMessage } from '../../fan-out/outgoing-message';
import type { FlushRequest } from '../ports';
import type { PostBudget } from './post-budget';

/** By lane, resolves after the time that the pace needs for all posts; absent for a lane without messages. */
type JobsUnderWay = Readonly<Partial<Record<Lane, Promise<void>>>>;

export type FlushByJobs = (
  request: FlushRequest,
  counts: ConnectionCounts,
) => Promise<JobsUnderWay>;

/** @throws if the queue does not accept the jobs */
export function createFlushByJobs(dependencies: {
  readonly queue: RetryQueue;
  readonly room: Pick<PostBudget, 'among'>;
  readonly pace: Pick<Pace, 'rate'>;
  readonly timers: Timers;
  readonly now: Clock;
  readonly log: Log;
}): FlushByJobs {
  const { queue, room, pace, timers, now, log } = dependencies;

  function sending(
    { messages, lane }: LaneContent,
    request: FlushRequest,
    counts: ConnectionCounts,
  ) {
    const posts = counts[lane] * countPosts(messages, lane);
    const milliseconds = Math.min((posts * 1000) / pace.rate(), request.deadline - now());
    return new Promise<void>((resolve) => timers.after(Math.max(0, milliseconds), resolve));
  }

  return async (request, counts) => {
    const each = await contentsOf(request, (lane) => room.among(counts[lane], lane));
    const shared = sharedContent(each, request, counts);
    const contents = shared === undefined ? each : each.map(({ lane }) => ({ ...shared, lane }));
    const jobs = jobsOf(contents, request);
    await queue.send(jobs);
    const messages = allOf(request);
    log.info('large fan-out', {
      type: typeOf(messages),
      ...(request.eventId === undefined ? {} : { eventId: request.eventId }),
      events: messages.filter(isEvent).length,
      superseded: supersededIn(shared === undefined ? each : [shared]),
      ...{ connections: counts.all, jobs: jobs.length },
    });
    return Object.fromEntries(
      each.map((content) => [content.lane, sending(shared ?? content, request, counts)]),
    );
  };
}

/**
 * The content for both lanes, if no connection was counted in one of them: it can only have connections that are newer than
 * the count. The same jobs then serve both lanes, in the time of the counted lane.
 */
function sharedContent(
  each: readonly LaneContent[],
  { batched, single = [] }: FlushRequest,
  counts: ConnectionCounts,
): LaneContent | undefined {
  const [counted, other] = each.filter(({ lane }) => counts[lane] > 0);
  const isShared = each.length === 2 && other === undefined && areAlike(batched, single);
  return isShared ? counted : undefined;
}

function areAlike(some: readonly OutgoingMessage[], others: readonly OutgoingMessage[]): boolean {
  return (
    some.length === others.length && some.every(({ text }, index) => text === others[index]?.text)
  );
}

/** One job for each shard if both lanes get the same messages; otherwise one for each shard and lane. */
function jobsOf(contents: readonly LaneContent[], request: FlushRequest): readonly RetryJob[] {
  const [first, second] = contents;
  const isForAll = request.single !== undefined && first !== undefined && second !== undefined;
  if (isForAll && areAlike(first.messages, second.messages)) {
    return shardJobs(first.messages);
  }
  return contents.flatMap(({ messages, lane }) => shardJobs(messages, lane));
}
