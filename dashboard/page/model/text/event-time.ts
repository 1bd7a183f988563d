// Formats the time of an event: without a date only if that is today.

/** The maximum time value of a Date, in milliseconds since the Unix epoch. */
const latest = 8.64e15;

const formats = {
  minute: new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }),
  // Seconds are of interest only today.
  today: new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }),
  thisYear: new Intl.DateTimeFormat(undefined, {
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  }),
  any: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
};

/** The first milliseconds of a day and of its year, in the time zone of the browser. */
export interface Today {
  readonly day: number;
  readonly nextDay: number;
  readonly year: number;
  readonly nextYear: number;
}

/** @param now in milliseconds since the Unix epoch */
export function todayOf(now: number): Today {
  const date = new Date(now);
  const year = date.getFullYear();
  const dayAfter = (days: number) =>
    new Date(year, date.getMonth(), date.getDate() + days).getTime();
  return {
    day: dayAfter(0),
    nextDay: dayAfter(1),
    year: new Date(year, 0).getTime(),
    nextYear: new Date(year + 1, 0).getTime(),
  };
}

/**
 * Returns e.g. `2:03:22 PM`, `Feb 5, 2:03 PM` or `Feb 5, 2025, 2:03 PM`, in the language of the browser.
 * @param timestamp in milliseconds since the Unix epoch
 */
export function eventTime(timestamp: number, { day, nextDay, year, nextYear }: Today): string {
  const time = Math.min(timestamp, latest);
  if (time >= day && time < nextDay) return formats.today.format(time);
  return (time >= year && time < nextYear ? formats.thisYear : formats.any).format(time);
}

/** Returns hours and minutes, in the language of the browser. */
export function timeOfDay(timestamp: number): string {
  return formats.minute.format(timestamp);
}
