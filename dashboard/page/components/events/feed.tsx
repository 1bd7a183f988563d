// Shows the newest events, the newest first. The feed can be paused, because moving text is hard to read.
import { memo, useState, type KeyboardEvent } from 'react';
import { EventTime, useToday } from '../parts/event-time';
import { Message } from './message';
import { StatusMark } from '../parts/status-mark';
import { Name } from '../parts/visible-text';
import {
  countNew,
  isRestored,
  type FeedEvent,
  type IsShown,
} from '../../model/events/event-filter';
import type { Today } from '../../model/text/event-time';

/** The number of events to ask the client for: a filter and a pause need more than are shown. */
export const eventsAsked = 1_000;
/** The maximum number of rows. */
const mostRows = 100;

/** The events of a feed that is paused. */
export interface HeldEvents {
  readonly events: readonly FeedEvent[];
  /** What the user could see when the feed was paused. */
  readonly view: string;
}

export interface FeedViewProps {
  /** The events that the client has, the newest first. */
  readonly events: readonly FeedEvent[];
  /** Whether an event is shown; undefined: all are. */
  readonly isShown: IsShown | undefined;
  /** Returns the address of the page of an agent; undefined if all events are those of the agent whose page this is. Always the same function. */
  readonly hrefOf: ((agentId: string) => string) | undefined;
  /** What the user may see. If it changes, a paused feed goes on, so that it does not show what the client has removed. */
  readonly view: string;
  /** The events that are shown while the feed is paused; undefined if it is not. */
  readonly held: HeldEvents | undefined;
  /** Called to pause the feed, or to go on. */
  readonly onHold: (held: HeldEvents | undefined) => void;
}

export function FeedView({ events, isShown, hrefOf, view, held, onHold }: FeedViewProps) {
  const today = useToday();
  const [stop, setStop] = useState<number>();
  const shownOf = (all: readonly FeedEvent[]) =>
    isShown === undefined ? all : all.filter(isShown);
  const isPaused = held?.view === view;
  const shown = shownOf(isPaused ? held.events : events).slice(0, mostRows);
  const waiting = isPaused ? countNew(shownOf(events), held.events) : 0;
  // The row with a tab stop: the one that had the focus last, as long as it is shown.
  const current = shown.some(({ id }) => id === stop) ? stop : shown[0]?.id;
  return (
    <section className="event-feed" aria-labelledby="feed-title" data-paused={isPaused}>
      <div className="event-feed-head">
        <h2 id="feed-title">Events</h2>
        <button
          type="button"
          onClick={() => {
            onHold(isPaused ? undefined : { events, view });
          }}
        >
          {isPaused ? resumeWords(waiting) : 'Pause'}
        </button>
      </div>
      {shown.length === 0 ? (
        <p className="nothing">
          {isShown === undefined
            ? 'No events yet.'
            : 'None of the newest events matches the filter.'}
        </p>
      ) : (
        // A keyboard scrolls the element that has the focus: https://dequeuniversity.com/rules/axe/4.10/scrollable-region-focusable
        <ol tabIndex={0} aria-labelledby="feed-title" onKeyDown={moveFocus}>
          {shown.map((event) => (
            <FeedRow
              key={event.id}
              event={event}
              today={today}
              hrefOf={hrefOf}
              tabIndex={event.id === current ? 0 : -1}
              onFocus={setStop}
            />
          ))}
        </ol>
      )}
      {shown.some(isRestored) && (
        <p className="note">
          Restored events are only the newest of each agent and session. Earlier messages are on the
          page of the agent.
        </p>
      )}
    </section>
  );
}

function resumeWords(waiting: number): string {
  if (waiting === 0) return 'Resume';
  // More may have come than the client keeps.
  return `Show ${waiting.toLocaleString()}${waiting >= eventsAsked ? '+' : ''} new`;
}

/** Moves the focus to a control of another row: a list has one tab stop, because hundreds of them would be a trap. */
function moveFocus(pressed: KeyboardEvent<HTMLOListElement>): void {
  const { target, currentTarget: list, key } = pressed;
  // On the list itself, the keys scroll.
  if (target === list || pressed.altKey || pressed.ctrlKey || pressed.metaKey) return;
  const rows = [...list.children].filter((row) => row.querySelector('a, button') !== null);
  const at = rows.findIndex((row) => row.contains(target as Node));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key];
  if (to === undefined) return;
  pressed.preventDefault();
  rows[to]?.querySelector<HTMLElement>('a, button')?.focus();
}

interface FeedRowProps extends Pick<FeedViewProps, 'hrefOf'> {
  readonly event: FeedEvent;
  readonly today: Today;
  readonly tabIndex: number;
  readonly onFocus: (id: number) => void;
}

const FeedRow = memo(function FeedRow({ event, today, hrefOf, tabIndex, onFocus }: FeedRowProps) {
  const { id, current } = event;
  const { agentId, timestamp } = current;
  return (
    <li
      className="feed-event"
      data-restored={isRestored(event)}
      onFocus={() => {
        onFocus(id);
      }}
    >
      <EventTime at={timestamp} today={today} />
      <p>
        {isRestored(event) && <span className="restored">restored</span>}{' '}
        {hrefOf !== undefined && (
          <a className="feed-agent" href={hrefOf(agentId)} tabIndex={tabIndex}>
            <Name of={agentId} />
          </a>
        )}{' '}
        {event.type === 'agent:status' && <StatusMark status={event.current.status} />}
        {event.type === 'session:activity' && (
          <>
            <span className="feed-session">
              <Name of={event.current.sessionId} />
            </span>{' '}
            <Message text={event.current.lastMessage} tabIndex={tabIndex} />
          </>
        )}
      </p>
    </li>
  );
});
