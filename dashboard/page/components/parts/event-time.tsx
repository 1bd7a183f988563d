// Shows when an event happened: the time of day, with the date if that is not today.
import { memo } from 'react';
import { FullTime, useTimeValue } from './clock';
import { eventTime, todayOf, type Today } from '../../model/text/event-time';

let known: Today | undefined;

/** Returns the same object until the day ends, or the clock is set back to another day. */
function todayAt(now: number): Today {
  if (known === undefined || now < known.day || now >= known.nextDay) known = todayOf(now);
  return known;
}

/** Returns the present day, and renders when it ends. @see {@link useTimeValue} */
export const useToday = () => useTimeValue(todayAt);

interface EventTimeProps {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly today: Today;
}

export const EventTime = memo(function EventTime({ at, today }: EventTimeProps) {
  return <FullTime at={at} text={eventTime(at, today)} />;
});
