// A flush to more connections than one worker can post to: each shard is a job, and the next flush waits for the pace.
import type { Pace } from '../pace';
import type { Clock, DeliveryJob, DeliveryQueue, Lane, Log, Timers } from '../ports';
import { shards } from '../shard';
import { allOf, contentsOf, countPosts, supersededIn, type LaneContent } from './flush-content';
import { isEvent, typeOf } from './outgoing-message';
import type { FlushOrder } from './ports';
import type { Room } from './room';

/** When the pace can have sent what each lane gets: milliseconds from now, none for a lane that gets nothing. */
export type JobsUnderWay = Readonly<Partial<Record<Lane, Promise<void>>>>;

export type FlushByJobs = (order: FlushOrder, connections: number) => Promise<JobsUnderWay>;

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

  /** Which connections are of which lane is not known: each lane may be all of them. */
  function sending({ messages, lane }: LaneContent, order: FlushOrder, connections: number) {
    const posts = connections * countPosts(messages, lane);
    const milliseconds = Math.min((posts * 1000) / pace.rate(), order.deadline - now());
    return new Promise<void>((resolve) => timers.after(Math.max(0, milliseconds), resolve));
  }

  return async (order, connections) => {
    const contents = await contentsOf(order, (lane) => room.among(connections, lane));
    const jobs = jobsOf(contents, order);
    await queue.send(jobs);
    const messages = allOf(order);
    log.info('large fan-out', {
      type: typeOf(messages),
      ...(order.eventId === undefined ? {} : { eventId: order.eventId }),
      events: messages.filter(isEvent).length,
      superseded: supersededIn(contents),
      ...{ connections, jobs: jobs.length },
    });
    return Object.fromEntries(
      contents.map((content) => [content.lane, sending(content, order, connections)]),
    );
  };
}

/** One for each shard, if all connections get the same; else one for each shard and lane. */
function jobsOf(contents: readonly LaneContent[], order: FlushOrder): readonly DeliveryJob[] {
  const lists = contents.map(({ lane, messages }) => ({
    lane,
    messages: messages.map(({ text }) => text),
  }));
  const [first, second] = lists;
  const isAlike =
    order.single !== undefined &&
    first?.messages.length === second?.messages.length &&
    first?.messages.every((text, index) => text === second?.messages[index]) === true;
  if (isAlike) {
    return shards.map((shard) => ({ messages: first.messages, round: 0, shard }));
  }
  return lists.flatMap(({ lane, messages }) =>
    shards.map((shard) => ({ messages, round: 0, shard, lane })),
  );
}
