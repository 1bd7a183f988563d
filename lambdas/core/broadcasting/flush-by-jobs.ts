// A flush to more connections than one worker can post to: each shard is a job, and the next flush waits for the pace.
import type { ConnectionCounts } from '../connection-count';
import type { Pace } from '../pace';
import type { Clock, DeliveryJob, DeliveryQueue, Lane, Log, Timers } from '../ports';
import { shards } from '../shard';
import { allOf, contentsOf, countPosts, supersededIn, type LaneContent } from './flush-content';
import { isEvent, typeOf, type OutgoingMessage } from './outgoing-message';
import type { FlushOrder } from './ports';
import type { Room } from './room';

/** When the pace can have sent what each lane gets: milliseconds from now, none for a lane that gets nothing. */
export type JobsUnderWay = Readonly<Partial<Record<Lane, Promise<void>>>>;

export type FlushByJobs = (order: FlushOrder, counts: ConnectionCounts) => Promise<JobsUnderWay>;

/** @throws when the queue does not take the jobs */
export function createFlushByJobs(dependencies: {
  readonly queue: DeliveryQueue;
  readonly room: Pick<Room, 'among'>;
  readonly pace: Pick<Pace, 'rate'>;
  readonly timers: Timers;
  readonly now: Clock;
  readonly log: Log;
}): FlushByJobs {
  const { queue, room, pace, timers, now, log } = dependencies;

  function sending({ messages, lane }: LaneContent, order: FlushOrder, connections: number) {
    const posts = connections * countPosts(messages, lane);
    const milliseconds = Math.min((posts * 1000) / pace.rate(), order.deadline - now());
    return new Promise<void>((resolve) => timers.after(Math.max(0, milliseconds), resolve));
  }

  return async (order, counts) => {
    const contents = sharing(
      await contentsOf(order, (lane) => room.among(counts[lane], lane)),
      order,
      counts,
    );
    const jobs = jobsOf(contents, order);
    await queue.send(jobs);
    const messages = allOf(order);
    log.info('large fan-out', {
      type: typeOf(messages),
      ...(order.eventId === undefined ? {} : { eventId: order.eventId }),
      events: messages.filter(isEvent).length,
      superseded: supersededIn(contents),
      ...{ connections: counts.all, jobs: jobs.length },
    });
    return Object.fromEntries(
      contents.map((content) => [content.lane, sending(content, order, counts[content.lane])]),
    );
  };
}

/** A lane of which nobody was counted, as those in it have come since, gets what the other one does: one job serves both. */
function sharing(
  contents: readonly LaneContent[],
  { batched, single }: FlushOrder,
  counts: ConnectionCounts,
): readonly LaneContent[] {
  const counted = contents.find(({ lane }) => counts[lane] > 0);
  if (counted === undefined || single === undefined || !areAlike(batched, single)) return contents;
  return contents.map((content) =>
    counts[content.lane] > 0 ? content : { ...counted, lane: content.lane, superseded: 0 },
  );
}

function areAlike(some: readonly OutgoingMessage[], others: readonly OutgoingMessage[]): boolean {
  return (
    some.length === others.length && some.every(({ text }, index) => text === others[index]?.text)
  );
}

/** One for each shard, if all connections get the same; else one for each shard and lane. */
function jobsOf(contents: readonly LaneContent[], order: FlushOrder): readonly DeliveryJob[] {
  const [first, second] = contents;
  const isForAll = order.single !== undefined && first !== undefined && second !== undefined;
  if (isForAll && areAlike(first.messages, second.messages)) {
    return shards.map((shard) => ({ messages: textsOf(first), round: 0, shard }));
  }
  return contents.flatMap((content) =>
    shards.map((shard) => ({
      ...{ messages: textsOf(content), round: 0, shard },
      lane: content.lane,
    })),
  );
}

function textsOf({ messages }: LaneContent): readonly string[] {
  return messages.map(({ text }) => text);
}
