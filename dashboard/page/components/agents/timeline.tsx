// Shows the earlier messages of a session: those that the service keeps, page by page, and those that arrive.
import { memo, useEffect, useRef } from 'react';
import type { SessionActivity, SessionHistory } from '#sdk/client';
import { useHistory } from '#sdk/client/react/index';
import { EventTime, useToday } from '../parts/event-time';
import { isOff, timelineWords } from '../../model/agents/timeline-words';
import type { Today } from '../../model/text/event-time';
import { Name, UntrustedText } from '../parts/visible-text';

/** The number of messages that are shown at first, and added by the button. */
const messagesAtOnce = 25;

interface TimelineProps {
  /** The newest activity of the session, which is shown above. */
  readonly session: SessionActivity;
}

export function Timeline({ session }: TimelineProps) {
  const { agentId, sessionId } = session;
  const history = useHistory(agentId, sessionId, { limit: messagesAtOnce });
  const today = useToday();
  const earlier = history.events.filter((event) => !isSame(event, session));
  return (
    <div className="timeline" aria-busy={history.isLoading}>
      {earlier.length > 0 && (
        <ol>
          {earlier.map((event) => (
            <Message key={`${event.timestamp} ${event.lastMessage}`} event={event} today={today} />
          ))}
        </ol>
      )}
      <TimelineEnd history={history} count={earlier.length} sessionId={sessionId} />
    </div>
  );
}

interface TimelineEndProps {
  readonly history: SessionHistory;
  /** The number of messages that are shown. */
  readonly count: number;
  readonly sessionId: string;
}

/** Says what comes before the messages, and has the button that loads it. */
function TimelineEnd({ history, count, sessionId }: TimelineEndProps) {
  const { isLoading, hasOlder, error, older } = history;
  const words = timelineWords(history, count);
  const hasButton = hasOlder && !isOff(error) && (count > 0 || !isLoading);
  const status = useRef<HTMLParagraphElement>(null);
  const isAsked = useRef(false);
  // The button that had the focus is gone.
  useEffect(() => {
    if (hasButton || isLoading || !isAsked.current) return;
    isAsked.current = false;
    status.current?.focus();
  }, [hasButton, isLoading]);
  return (
    <div className="timeline-end">
      {hasButton && (
        <button
          type="button"
          // Not `disabled`, which would take the focus away.
          aria-disabled={isLoading}
          onClick={() => {
            isAsked.current = true;
            older();
          }}
        >
          {error === undefined ? 'Older messages' : 'Try again'}
          <span className="hidden">
            {' of '}
            <Name of={sessionId} />
          </span>
        </button>
      )}
      <p className="timeline-status" role="status" tabIndex={-1} ref={status}>
        {words}
      </p>
    </div>
  );
}

interface MessageProps {
  readonly event: SessionActivity;
  readonly today: Today;
}

const Message = memo(function Message({ event, today }: MessageProps) {
  return (
    <li>
      <EventTime at={event.timestamp} today={today} />
      <p className="whole-message">
        <UntrustedText of={event.lastMessage} />
      </p>
    </li>
  );
});

function isSame(one: SessionActivity, other: SessionActivity): boolean {
  return one.timestamp === other.timestamp && one.lastMessage === other.lastMessage;
}
