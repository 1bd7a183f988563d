// Flushes the collected messages: from this worker or, to many connections, by jobs for other workers.
import { createConnectionCount } from '../../connections/connection-count';
import type { ConnectionCountStore, Lane } from '../../connections/ports';
import type { LanesOptions } from '../../fan-out/fan-out';
import type { RecentFanOuts } from '../../fan-out/recent-fan-outs';
import type { ReportFanOut } from '../../fan-out/report-fan-out';
import type { Flush, FlushRequest, LaneEnd } from '../ports';
import { createFlushByJobs } from './flush-by-jobs';
import { createFlushHere, type LanesUnderWay, type LaneUnderWay } from './flush-here';
import { PostBudget } from './post-budget';

export interface FlushDependencies extends LanesOptions {
  readonly connectionCounts: Pick<ConnectionCountStore, 'read'>;
  readonly recentFanOuts: Pick<RecentFanOuts, 'note'>;
  readonly report: ReportFanOut;
  /** Number of connections above which other workers post. */
  readonly largeFanOutConnections: number;
  /** Minimum milliseconds from the start of one flush to the start of the next. */
  readonly coalesceMilliseconds: number;
}

export function createFlush(dependencies: FlushDependencies): Flush {
  const { log, largeFanOutConnections, coalesceMilliseconds } = dependencies;
  const countConnections = createConnectionCount(dependencies);
  const room = new PostBudget({ ...dependencies, countConnections }, coalesceMilliseconds);
  const flushHere = createFlushHere({ ...dependencies, room });
  const flushByJobs = createFlushByJobs({ ...dependencies, room });

  async function begin(request: FlushRequest): Promise<LanesUnderWay> {
    const counts = await countConnections();
    if (counts.all > largeFanOutConnections) {
      try {
        const { batched, single } = await flushByJobs(request, counts);
        return { batched: withoutReport(batched), single: withoutReport(single) };
      } catch (error) {
        // This worker posts to as many connections as it can; the others are left to the retry queue.
        log.error('shards not queued', { error });
      }
    }
    return flushHere(request);
  }

  async function endOf(lane: Lane, begun: Promise<LanesUnderWay>): Promise<LaneEnd> {
    try {
      const lanes = await begun;
      return await lanes[lane]?.ended;
    } catch (error) {
      log.error('flush failed', { error });
      return 'failed';
    }
  }

  return (request) => {
    const begun = begin(request);
    return {
      ...{ batched: endOf('batched', begun), single: endOf('single', begun) },
      served: { batched: servedOf('batched', begun), single: servedOf('single', begun) },
    };
  };
}

async function servedOf(lane: Lane, begun: Promise<LanesUnderWay>): Promise<void> {
  try {
    const lanes = await begun;
    await lanes[lane]?.served;
  } catch {
    // `endOf` logs the error.
  }
}

/** A lane that other workers post to; they write the reports. */
function withoutReport(served = Promise.resolve()): LaneUnderWay {
  return { served, ended: served.then(() => undefined) };
}
