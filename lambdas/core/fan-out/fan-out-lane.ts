// Posts the same messages to all connections of a lane, and handles those that were not reached.
import { createFindRefreshed } from '../connections/find-refreshed';
import type { Connection } from '../connections/ports';
import { postToAll } from '../posting/post-to-all';
import type { Answered } from '../posting/posting';
import { postsPerSecond, type FanOutReport } from './fan-out-report';
import type { FanOutDependencies, LaneRequest } from './lane-request';
import { LaneOutcomes } from './lane-outcomes';
import { withInspection } from './retries/stuck-connections';

/** Never throws, because EventBridge would repeat the event for all connections. The report has no connection counts. */
export type FanOutToLane = (request: LaneRequest) => Promise<FanOutReport>;

export function createFanOutToLane(dependencies: FanOutDependencies): FanOutToLane {
  const { now } = dependencies;
  // A token may have been refreshed since the record was read, especially in a list from the retry queue.
  const findRefreshed = createFindRefreshed(dependencies);

  return async (request) => {
    const { lists, pages, deadline, stragglers } = request;
    const startedAt = now();
    const outcomes = new LaneOutcomes(request, dependencies, findRefreshed);
    const noteServed = once((answered: Answered) => request.onServed?.(answered));

    const onStragglers = (found: readonly Connection[], answered: Answered) => {
      stragglers?.add(found);
      // Retry jobs of other connections do not wait for the stragglers either.
      outcomes.flushEarly();
      noteServed(answered);
    };
    const { posts, retried, answered } = await postToAll(
      {
        ...{ pages, deadline, isSkipped: outcomes.isSkipped },
        textsFor: (connection) => lists.of(connection).texts,
        listener: {
          settle: outcomes.settle,
          onExpired: outcomes.onExpired,
          ...(stragglers && { onStragglers }),
        },
      },
      request.stuck ? withInspection(dependencies, request.stuck.inspector) : dependencies,
    );
    const counts = await outcomes.finish();
    noteServed(answered);
    const milliseconds = now() - startedAt;
    return {
      ...counts,
      ...{ posts, retried, milliseconds },
      postsPerSecond: postsPerSecond(posts, milliseconds),
      connectionCounts: [],
    };
  };
}

function once<Argument>(task: (argument: Argument) => void): (argument: Argument) => void {
  let isDone = false;
  return (argument) => {
    if (!isDone) task(argument);
    isDone = true;
  };
}
