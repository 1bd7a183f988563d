// Writes the events of sessions into their timelines, beside the registers: also those that are stale for their register.
import type { EventMessage } from '#sdk/protocol';
import type { Clock } from '../clock';
import type { Count } from '../count';
import type { Log } from '../log';
import type { TimelineStore } from './ports';

/** Writes those events that belong to a timeline. Never rejects: a broadcast does not depend on timelines. */
export type WriteTimeline = (events: readonly EventMessage[], eventId: string) => Promise<void>;

const hourMilliseconds = 60 * 60 * 1000;

/** @param dependencies `timelineHours`: hours that events are kept after they were received */
export function createWriteTimeline(dependencies: {
  readonly timelines: Pick<TimelineStore, 'write'>;
  readonly timelineHours: number;
  readonly now: Clock;
  readonly count: Count;
  readonly log: Log;
}): WriteTimeline {
  const { timelines, timelineHours, now, count, log } = dependencies;
  return async (events, eventId) => {
    const activities = events.flatMap(({ type, payload }) =>
      type === 'session:activity' ? [payload] : [],
    );
    if (activities.length === 0) return;
    try {
      await timelines.write(activities, now() + timelineHours * hourMilliseconds);
    } catch (error) {
      log.error('timeline not written', { eventId, events: activities.length, error });
      count('TimelineFailures');
    }
  };
}
