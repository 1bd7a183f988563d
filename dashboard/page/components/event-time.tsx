// Shows when an event happened: the time of day, with the date if that is not today.
import { memo, useContext, useSyncExternalStore } from 'react';
import { ClockContext } from './clock';
import { eventTime, fullTime, machineTime, todayOf, type Today } from '../model/event-time';

let known: Today | undefined;

/** Returns the same object until the day ends, or the clock is set back to another day. */
function todayAt(now: number): Today {
  if (known === undefined || now < known.day || now >= known.nextDay) known = todayOf(now);
  return known;
}

/**
 * Returns the present day, and renders when it ends.
 * @throws {Error} outside of a {@link ClockContext}
 */
export function useToday(): Today {
  const clock = useContext(ClockContext);
  if (clock === undefined) throw new Error('There is no ClockContext.');
  return useSyncExternalStore(clock.subscribe, () => todayAt(clock.now()));
}

interface EventTimeProps {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly today: Today;
}

export const EventTime = memo(function EventTime({ at, today }: EventTimeProps) {
  return (
    <time dateTime={machineTime(at)} title={fullTime(at)}>
      {eventTime(at, today)}
    </time>
  );
});
