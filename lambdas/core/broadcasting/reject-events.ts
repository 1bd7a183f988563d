// Puts invalid events into the dead-letter queue, each with its reason.
import { mapConcurrently, maxConcurrentRequests } from '../map-concurrently';
import { namedAgents } from '../named-agents';
import type { InvalidEvent } from './reported-events';
import type { Count } from '../count';
import type { DeadLetterQueue } from '../dead-letter-queue';
import type { Log } from '../log';

/** @throws if the dead-letter queue does not accept all of them */
export type RejectEvents = (invalid: readonly InvalidEvent[]) => Promise<void>;

/** Maximum number of different reasons in the log line for a pack. */
const loggedReasons = 3;

/** All rejected events of a pack share one log line, because there may be a thousand. */
export function createRejectEvents(dependencies: {
  readonly deadLetters: DeadLetterQueue<unknown>;
  readonly count: Count;
  readonly log: Log;
}): RejectEvents {
  const { deadLetters, count, log } = dependencies;

  return async (invalid) => {
    const [first] = invalid;
    if (first === undefined) return;
    const reasons = [...new Set(invalid.map(({ reason }) => reason))].slice(0, loggedReasons);
    const events = invalid.length;
    log.warn('event rejected', {
      ...{ eventId: first.id, events, reason: reasons.join('; ') },
      agentIds: namedAgents(invalid.map(({ payload }) => payload)),
    });
    count('RejectedEvents', {}, events);
    await mapConcurrently(maxConcurrentRequests, invalid, ({ whole, reason }) =>
      deadLetters.keep(whole, reason),
    );
  };
}
