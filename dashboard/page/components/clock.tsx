// Relative times that stay current: each renders again only when its text changes.
import { createContext, memo, useContext, useSyncExternalStore } from 'react';
import { relativeTime } from '../model/relative-time';

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Calls `ticked` every second. */
  readonly subscribe: (ticked: () => void) => () => void;
}

/** One timer for all listeners, and none without listeners. */
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

/** A text that depends on the time. @throws {Error} outside a {@link ClockContext} */
export function useTimeText(textAt: (now: number) => string): string {
  const clock = useContext(ClockContext);
  if (clock === undefined) throw new Error('There is no clock around this.');
  return useSyncExternalStore(clock.subscribe, () => textAt(clock.now()));
}

/** The greatest time that a Date can have. */
const latest = 8.64e15;
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

interface TimeProps {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** How long ago something happened; the tooltip has the full date. */
export const Ago = memo(function Ago({ at }: TimeProps) {
  const text = useTimeText((now) => relativeTime(at, now));
  return <TimeOf at={at} text={text} />;
});

/** The time of day. */
export const TimeOfDay = memo(function TimeOfDay({ at }: TimeProps) {
  return <TimeOf at={at} text={clockFormat.format(Math.min(at, latest))} />;
});

function TimeOf({ at, text }: TimeProps & { readonly text: string }) {
  const date = new Date(Math.min(at, latest));
  return (
    <time dateTime={date.toISOString()} title={fullFormat.format(date)}>
      {text}
    </time>
  );
}
