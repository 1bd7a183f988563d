// One fan-out of what was collected: in batches to connections that take them, and at their own pace to all others.
import type { ConnectionCountStore, Lane } from '../../connections/ports';
import { createConnectionCount } from '../../connections/connection-count';
import type { Answered } from '../../posting/posting';
import { createLanes, type LanesOptions } from '../../fan-out/fan-out';
import { mergeReports, postsPerSecond, type FanOutReport } from '../../fan-out/fan-out-report';
import { splitByLane } from '../../fan-out/lanes';
import type { RecentFanOuts } from '../../fan-out/recent-fan-outs';
import type { ReportFanOut } from '../../fan-out/report-fan-out';
import { shards } from '../../shard';
import { createShardReader } from '../../fan-out/shard-reader';
import { createFlushByJobs } from './flush-by-jobs';
import { allOf, contentsOf, supersededIn, type LaneContent } from './flush-content';
import { isEvent } from '../../fan-out/outgoing-message';
import type { Flush, FlushOrder, LaneEnd } from '../ports';
import { createPostList } from '../../fan-out/post-list';
import { PostBudget } from './post-budget';
import { Stragglers } from '../../fan-out/retries/stragglers';

export interface FlushDependencies extends LanesOptions {
  readonly connectionCounts: Pick<ConnectionCountStore, 'read'>;
  readonly recentFanOuts: Pick<RecentFanOuts, 'note'>;
  readonly report: ReportFanOut;
  /** Connections above which other workers do it. */
  readonly largeFanOutConnections: number;
  /** Milliseconds between the beginnings of two flushes. */
  readonly coalesceMilliseconds: number;
}

/** A lane that gets something: until the next flush may begin, and until everybody has it. */
interface LaneUnderWay {
  readonly served: Promise<void>;
  readonly ended: Promise<FanOutReport | undefined>;
}

type LanesUnderWay = Readonly<Partial<Record<Lane, LaneUnderWay>>>;

export function createFlush(dependencies: FlushDependencies): Flush {
  const { connections, recentFanOuts, report, now, timers, log, largeFanOutConnections } =
    dependencies;
  const countConnections = createConnectionCount(dependencies);
  const room = new PostBudget(
    { ...dependencies, countConnections },
    dependencies.coalesceMilliseconds,
  );
  // The next flush waits for this one: who cannot be reached at once is the queue's.
  const { singleInFlight, ...others } = { maxFailedAttempts: 2, ...dependencies };
  const alone = createLanes(others);
  const shared = singleInFlight === undefined ? alone : createLanes({ ...others, singleInFlight });
  const stragglers = new Stragglers();
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
    if (ended.length === 2) await recentFanOuts.note(startedAt, merged);
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

    async function send(
      { lane, messages }: LaneContent,
      onServed: (answered: Answered) => void,
    ): Promise<FanOutReport> {
      const list = createPostList(messages, lane);
      const pages = split.pages[lane];
      const cursors = () => reader.cursors();
      // The next heartbeat makes up for one.
      const requeue = messages.some(isEvent);
      const what = { list, pages, lane, cursors, deadline, requeue };
      const one = await lanes[lane]({ ...what, stragglers, onServed });
      ended.push(one);
      if (ended.length === contents.length) {
        await end(order, ended, supersededIn(contents), startedAt);
      }
      return one;
    }

    function sendAndServe(content: LaneContent): LaneUnderWay {
      let onServed: (answered: Answered) => void = () => undefined;
      const answered = new Promise<Answered>((resolve) => (onServed = resolve));
      const ended = send(content, onServed);
      const serve = async () => {
        // Whoever is never told, as something is broken, must not wait for it.
        const measured = await Promise.race([answered, ended.then(() => answered)]);
        if (split.isWhole()) room.noteListing(split.met());
        if (content.lane === 'single') await rest(measured, deadline);
      };
      return { served: serve(), ended };
    }

    return Object.fromEntries(contents.map((content) => [content.lane, sendAndServe(content)]));
  }

  /** While connections without batches rest, they count as under way. */
  async function rest({ posts, milliseconds: taken }: Answered, deadline: number): Promise<void> {
    const measured = { milliseconds: taken, postsPerSecond: postsPerSecond(posts, taken) };
    room.noteSingle(measured);
    const milliseconds = Math.min(room.restAfterSingle(measured), deadline - now());
    if (milliseconds <= 0) return;
    await new Promise<void>((resolve) => timers.after(milliseconds, resolve));
  }

  async function begin(order: FlushOrder): Promise<LanesUnderWay> {
    const counts = await countConnections();
    if (counts.all > largeFanOutConnections) {
      try {
        const { batched, single } = await flushByJobs(order, counts);
        const without = (served = Promise.resolve()): LaneUnderWay => {
          return { served, ended: served.then(() => undefined) };
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
    const begun = begin(order);
    const of = async (lane: Lane): Promise<LaneEnd> => {
      try {
        return await (
          await begun
        )[lane]?.ended;
      } catch (error) {
        log.error('flush failed', { error });
        return 'failed';
      }
    };
    const servedOf = async (lane: Lane): Promise<void> => {
      try {
        await (
          await begun
        )[lane]?.served;
      } catch {
        // The end of the lane says so.
      }
    };
    return {
      ...{ batched: of('batched'), single: of('single') },
      served: { batched: servedOf('batched'), single: servedOf('single') },
    };
  };
}
