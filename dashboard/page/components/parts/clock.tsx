// Shows times. Relative times are updated every second, but render only when their text changes.
import { createContext, memo, useContext, useSyncExternalStore } from 'react';
import { relativeTime } from '../../model/text/relative-time';

export interface Clock {
  /** Returns the current time in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Calls `ticked` every second. Returns a function that unsubscribes. */
  readonly subscribe: (ticked: () => void) => () => void;
}

/** Creates a clock with one timer for all listeners, which runs only while there are listeners. */
export function createClock(
  timers: Pick<typeof globalThis, 'setInterval' | 'clearInterval'>,
  now: () => number,
): Clock {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    now,
    subscribe(ticked) {
      listeners.add(ticked);
      timer ??= timers.setInterval(() => {
        for (const listener of listeners) listener();
      }, 1_000);
      return () => {
        listeners.delete(ticked);
        if (listeners.size > 0) return;
        timers.clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

export const ClockContext = createContext<Clock | undefined>(undefined);

/**
 * Returns a value that depends on the current time, and renders when it is another one.
 * @param valueAt returns the same value or object until it changes
 * @throws {Error} outside of a {@link ClockContext}
 */
export function useTimeValue<Value>(valueAt: (now: number) => Value): Value {
  const clock = useContext(ClockContext);
  if (clock === undefined) throw new Error('There is no ClockContext.');
  return useSyncExternalStore(clock.subscribe, () => valueAt(clock.now()));
}

/** Returns a text that depends on the current time, and renders when it changes. @see {@link useTimeValue} */
export const useTimeText = useTimeValue<string>;

/** The maximum time value of a Date, in milliseconds since the Unix epoch. */
const latest = 8.64e15;
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

interface TimeProps {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Shows how long ago something happened; the tooltip has the full date. */
export const RelativeTime = memo(function RelativeTime({ at }: TimeProps) {
  const text = useTimeText((now) => relativeTime(at, now));
  return <FullTime at={at} text={text} />;
});

/** Shows the time of day; the tooltip has the full date. */
export const TimeOfDay = memo(function TimeOfDay({ at }: TimeProps) {
  return <FullTime at={at} text={clockFormat.format(Math.min(at, latest))} />;
});

/** Shows a text about a time; the tooltip has the full date. */
export function FullTime({ at, text }: TimeProps & { readonly text: string }) {
  const date = new Date(Math.min(at, latest));
  return (
    <time dateTime={date.toISOString()} title={fullFormat.format(date)}>
      {text}
    </time>
  );
}
