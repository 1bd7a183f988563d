// Shows the newest events, in descending order. The feed can be paused, because moving text is hard to read.
import { memo, useState } from 'react';
import { TimeOfDay } from './clock';
import type { FeedEntry } from '../model/feed';
import { Message } from './message';
import { StatusMark } from './status-mark';
import { Name } from './visible-text';

interface EventFeedProps {
  readonly feed: readonly FeedEntry[];
  /** Whether an entry is shown. */
  readonly isShown: (entry: FeedEntry) => boolean;
}

export function EventFeed({ feed, isShown }: EventFeedProps) {
  const [held, setHeld] = useState<readonly FeedEntry[]>();
  const missed = held === undefined ? 0 : (feed[0]?.number ?? 0) - (held[0]?.number ?? 0);
  const shown = (held ?? feed).filter(isShown);
  return (
    <section className="feed" aria-labelledby="feed-title">
      <div className="feed-head">
        <h2 id="feed-title">Events</h2>
        <button
          type="button"
          onClick={() => {
            setHeld(held === undefined ? feed : undefined);
          }}
        >
          {held === undefined ? 'Pause' : 'Resume'}
        </button>
        <span className="count">{missed > 0 && `${missed.toLocaleString()} new`}</span>
      </div>
      {shown.length === 0 ? (
        <p className="nothing">No events yet.</p>
      ) : (
        // A keyboard scrolls the element that has the focus: https://dequeuniversity.com/rules/axe/4.10/scrollable-region-focusable
        <ol tabIndex={0} aria-labelledby="feed-title">
          {shown.map((entry) => (
            <FeedRow key={entry.number} entry={entry} />
          ))}
        </ol>
      )}
    </section>
  );
}

const FeedRow = memo(function FeedRow({ entry }: { readonly entry: FeedEntry }) {
  const { agentId, timestamp } = entry.event;
  return (
    <li className="event">
      <TimeOfDay at={timestamp} />
      <p>
        <strong>
          <Name of={agentId} />
        </strong>{' '}
        {entry.type === 'agent:status' ? (
          <StatusMark status={entry.event.status} />
        ) : (
          <>
            <span className="session-id">
              <Name of={entry.event.sessionId} />
            </span>{' '}
            <Message text={entry.event.lastMessage} />
          </>
        )}
      </p>
    </li>
  );
});
