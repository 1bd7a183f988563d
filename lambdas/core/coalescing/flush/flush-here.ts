// Flushes from this worker: posts to the two lanes at the same time, to each at its own pace.
import type { Lane } from '../../connections/ports';
import { createLanes, type LanesOptions } from '../../fan-out/fan-out';
import { mergeReports, postsPerSecond, type FanOutReport } from '../../fan-out/fan-out-report';
import { splitByLane, type SplitPages } from '../../fan-out/lanes';
import { isEvent } from '../../fan-out/outgoing-message';
import { createPostLists } from '../../fan-out/post-lists';
import type { RecentFanOuts } from '../../fan-out/recent-fan-outs';
import type { ReportFanOut } from '../../fan-out/report-fan-out';
import { Stragglers } from '../../fan-out/retries/stragglers';
import { createShardReader, type ShardReader } from '../../fan-out/shard-reader';
import type { Answered } from '../../posting/posting';
import { shards } from '../../shard';
import type { FlushRequest } from '../ports';
import { allOf, contentsOf, supersededIn, type LaneContent } from './flush-content';
import type { PostBudget } from './post-budget';

/** A flush to one lane that has begun. */
export interface LaneUnderWay {
  /** Resolves when the next flush to the lane may begin. */
  readonly served: Promise<void>;
  /** Resolves when all of its connections are settled. */
  readonly ended: Promise<FanOutReport | undefined>;
}

export type LanesUnderWay = Readonly<Partial<Record<Lane, LaneUnderWay>>>;

interface FlushHereDependencies extends LanesOptions {
  readonly recentFanOuts: Pick<RecentFanOuts, 'note'>;
  readonly report: ReportFanOut;
  readonly room: PostBudget;
}

/** Begins a flush; resolves with the lanes that have messages. */
export type FlushHere = (request: FlushRequest) => Promise<LanesUnderWay>;

export function createFlushHere(dependencies: FlushHereDependencies): FlushHere {
  const { room } = dependencies;
  // The next flush waits for this one, so connections that cannot be reached quickly are left to the retry queue.
  const { singleInFlight, ...others } = { maxFailedAttempts: 2, ...dependencies };
  const alone = createLanes(others);
  const shared = singleInFlight === undefined ? alone : createLanes({ ...others, singleInFlight });
  const stragglers = new Stragglers();

  return async (request) => {
    const contents = await contentsOf(request, (lane) => room.of(lane));
    // If no connection has batches, posts to the others need not leave room for them.
    const lanes = room.hasBatched() ? shared : alone;
    const flush = new LocalFlush(request, contents, { ...dependencies, lanes, stragglers });
    return Object.fromEntries(contents.map((content) => [content.lane, flush.begin(content)]));
  };
}

class LocalFlush {
  private readonly startedAt: number;
  private readonly reader: ShardReader;
  private readonly split: SplitPages;
  private readonly ended: FanOutReport[] = [];

  constructor(
    private readonly request: FlushRequest,
    private readonly contents: readonly LaneContent[],
    private readonly dependencies: FlushHereDependencies & {
      readonly lanes: ReturnType<typeof createLanes>;
      readonly stragglers: Stragglers;
    },
  ) {
    const { connections, log, now } = dependencies;
    this.startedAt = now();
    const from = shards.map((shard) => ({ shard }));
    this.reader = createShardReader(connections, from, log);
    this.split = splitByLane(
      this.reader,
      contents.map(({ lane }) => lane),
    );
  }

  /** Begins to post to a lane. */
  begin(content: LaneContent): LaneUnderWay {
    let onServed: (answered: Answered) => void = () => undefined;
    const answered = new Promise<Answered>((resolve) => (onServed = resolve));
    const ended = this.send(content, onServed);
    const serve = async () => {
      // If sending fails, `onServed` is never called; the race rejects then.
      const measured = await Promise.race([answered, ended.then(() => answered)]);
      if (this.split.isWhole()) this.dependencies.room.noteListing(this.split.met());
      if (content.lane === 'single') await this.rest(measured);
    };
    return { served: serve(), ended };
  }

  private async send(
    { lane, messages }: LaneContent,
    onServed: (answered: Answered) => void,
  ): Promise<FanOutReport> {
    const { lanes, stragglers } = this.dependencies;
    const report = await lanes[lane]({
      lists: createPostLists(messages, lane),
      pages: this.split.pages[lane],
      cursors: () => this.reader.cursors(),
      deadline: this.request.deadline,
      // A lost heartbeat is not retried: the next one replaces it.
      requeue: messages.some(isEvent),
      ...{ lane, stragglers, onServed },
    });
    this.ended.push(report);
    if (this.ended.length === this.contents.length) await this.end();
    return report;
  }

  /** Reports all lanes together, after the last one has ended. */
  private async end(): Promise<void> {
    const { report, recentFanOuts } = this.dependencies;
    const [first, ...others] = this.ended;
    if (first === undefined) return;
    const merged = mergeReports([first, ...others]);
    const { eventId } = this.request;
    const superseded = supersededIn(this.contents);
    report({ messages: allOf(this.request), superseded, eventId }, merged);
    // A flush to one lane does not reach all connections.
    if (this.ended.length === 2) await recentFanOuts.note(this.startedAt, merged);
  }

  /** Pauses after a flush to connections without batches: until its end, the flush counts as under way. */
  private async rest({ posts, milliseconds: taken }: Answered): Promise<void> {
    const { room, now, timers } = this.dependencies;
    const measured = { milliseconds: taken, postsPerSecond: postsPerSecond(posts, taken) };
    room.noteSingle(measured);
    const milliseconds = Math.min(room.restAfterSingle(measured), this.request.deadline - now());
    if (milliseconds <= 0) return;
    await new Promise<void>((resolve) => timers.after(milliseconds, resolve));
  }
}
