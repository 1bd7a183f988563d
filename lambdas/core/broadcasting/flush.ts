// One fan-out of what was collected: in batches to connections that take them, and at their own pace to all others.
import type { CensusStore, Lane } from '../ports';
import { createConnectionCount } from '../connection-count';
import { createLanes, type LanesOptions } from '../fan-out';
import { mergeReports, type FanOutReport } from '../fan-out-report';
import { splitByLane } from '../lanes';
import type { Reach } from '../reach';
import type { ReportFanOut } from '../report';
import { shards } from '../shard';
import { createShardReader } from '../shard-reader';
import { createFlushByJobs } from './flush-by-jobs';
import { allOf, contentsOf, supersededIn } from './flush-content';
import { isEvent } from './outgoing-message';
import type { Flush, FlushOrder, LaneEnd } from './ports';
import { createPostList } from './post-list';
import { Room } from './room';

export interface FlushDependencies extends LanesOptions {
  readonly census: Pick<CensusStore, 'read'>;
  readonly reach: Pick<Reach, 'note'>;
  readonly report: ReportFanOut;
  /** Connections above which other workers do it. */
  readonly largeFanOutConnections: number;
  /** Milliseconds between the beginnings of two flushes. */
  readonly coalesceMilliseconds: number;
}

/** The lanes that get something, each until it has it. */
type LanesUnderWay = Readonly<Partial<Record<Lane, Promise<FanOutReport | undefined>>>>;

export function createFlush(dependencies: FlushDependencies): Flush {
  const { connections, reach, report, now, timers, log, largeFanOutConnections } = dependencies;
  const countConnections = createConnectionCount(dependencies);
  const room = new Room({ ...dependencies, countConnections }, dependencies.coalesceMilliseconds);
  // The next flush waits for this one: who cannot be reached at once is the queue's.
  const { singleInFlight, ...others } = { maxFailedAttempts: 2, ...dependencies };
  const alone = createLanes(others);
  const shared = singleInFlight === undefined ? alone : createLanes({ ...others, singleInFlight });
  const flushByJobs = createFlushByJobs({ ...dependencies, room });

  /** Logs what became of all lanes, when the last of them has ended. */
  async function end(
    order: FlushOrder,
    ended: readonly FanOutReport[],
    superseded: number,
    startedAt: number,
  ): Promise<void> {
    const [first, ...others] = ended;
    if (first === undefined) return;
    const merged = mergeReports([first, ...others]);
    const { eventId } = order;
    report({ messages: allOf(order), superseded, eventId }, merged);
    // A lane that was not looked at was not reached.
    if (ended.length === 2) await reach.note(startedAt, merged);
  }

  async function flushHere(order: FlushOrder): Promise<LanesUnderWay> {
    const contents = await contentsOf(order, (lane) => room.of(lane));
    const startedAt = now();
    const from = shards.map((shard) => ({ shard }));
    const reader = createShardReader(connections, from, log);
    const split = splitByLane(
      reader,
      contents.map(({ lane }) => lane),
    );
    const { deadline } = order;
    const ended: FanOutReport[] = [];
    // Where nobody takes batches, posts to the others are as many in flight as can be.
    const lanes = room.hasBatched() ? shared : alone;
    const underWay = contents.map(async ({ lane, messages }) => {
      const list = createPostList(messages, lane);
      const pages = split.pages[lane];
      const unread = () => reader.unread();
      // The next heartbeat makes up for one.
      const requeue = messages.some(isEvent);
      const one = await lanes[lane]({ list, pages, lane, unread, deadline, requeue });
      if (split.isWhole()) room.noteListing(split.met());
      if (lane === 'single') room.noteSingle(one);
      ended.push(one);
      if (ended.length === contents.length) {
        await end(order, ended, supersededIn(contents), startedAt);
      }
      if (lane === 'single') await rest(one, deadline);
      return one;
    });
    return Object.fromEntries(contents.map(({ lane }, index) => [lane, underWay[index]]));
  }

  /** While connections without batches rest, they count as under way. */
  async function rest(ended: FanOutReport, deadline: number): Promise<void> {
    const milliseconds = Math.min(room.restAfterSingle(ended), deadline - now());
    if (milliseconds <= 0) return;
    await new Promise<void>((resolve) => timers.after(milliseconds, resolve));
  }

  async function begin(order: FlushOrder): Promise<LanesUnderWay> {
    const count = await countConnections();
    if (count > largeFanOutConnections) {
      try {
        const { batched, single } = await flushByJobs(order, count);
        const without = async (sending?: Promise<void>) => {
          await sending;
          return undefined;
        };
        return { batched: without(batched), single: without(single) };
      } catch (error) {
        // What can be sent from here in the time is more than nothing.
        log.error('shards not queued', { error });
      }
    }
    return flushHere(order);
  }

  return (order) => {
    const underWay = begin(order);
    const of = async (lane: Lane): Promise<LaneEnd> => {
      try {
        return await (
          await underWay
        )[lane];
      } catch (error) {
        log.error('flush failed', { error });
        return 'failed';
      }
    };
    return { batched: of('batched'), single: of('single') };
  };
}
