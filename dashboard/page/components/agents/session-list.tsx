// Shows the sessions of an agent with whole messages, and the messages before, if this page has received them.
import { memo, useState } from 'react';
import type { SessionActivity } from '#sdk/client';
import { RelativeTime } from '../parts/clock';
import type { SessionEvent } from '../../model/agents/agent-history';
import { plainText } from '../../model/text/visible-text';
import { Name, UntrustedText } from '../parts/visible-text';

interface SessionListProps {
  /** The newest first. */
  readonly sessions: readonly SessionActivity[];
  /** Earlier messages by session, the newest first. */
  readonly earlier: ReadonlyMap<string, readonly SessionEvent[]>;
}

/** The number of sessions that are shown at first, and added by the button: an agent may have thousands. */
const sessionsAtOnce = 20;
const noMessages: readonly SessionEvent[] = [];

export function SessionList({ sessions, earlier }: SessionListProps) {
  const [most, setMost] = useState(sessionsAtOnce);
  const more = sessions.length - most;
  return (
    <section className="session-list" aria-labelledby="sessions-title">
      <h3 id="sessions-title">
        Sessions <span className="count">{sessions.length.toLocaleString()}</span>
      </h3>
      {sessions.length === 0 && <p className="nothing">No session has reported.</p>}
      <ol>
        {sessions.slice(0, most).map((session) => (
          <Session
            key={session.sessionId}
            session={session}
            earlier={earlier.get(session.sessionId) ?? noMessages}
          />
        ))}
      </ol>
      {more > 0 && (
        <button
          type="button"
          onClick={() => {
            setMost(most + sessionsAtOnce);
          }}
        >
          Show {Math.min(more, sessionsAtOnce)} of {more.toLocaleString()} more
        </button>
      )}
      <p className="note">
        The newest message of each session, and those that this page has received since it was
        opened.
      </p>
    </section>
  );
}

interface SessionProps {
  readonly session: SessionActivity;
  readonly earlier: readonly SessionEvent[];
}

const Session = memo(function Session({ session, earlier }: SessionProps) {
  const [isOpen, setOpen] = useState(false);
  const { sessionId, lastMessage, timestamp } = session;
  return (
    <li className="session-card">
      <div className="session-head">
        <h4 className="session-id" title={plainText(sessionId, true)}>
          <Name of={sessionId} />
        </h4>
        <RelativeTime at={timestamp} />
      </div>
      <p className="whole-message">
        <UntrustedText of={lastMessage} />
      </p>
      {earlier.length > 0 && (
        <button
          type="button"
          className="quiet"
          aria-expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen);
          }}
        >
          {isOpen ? 'Hide' : 'Show'} {earlier.length} earlier{' '}
          {earlier.length === 1 ? 'message' : 'messages'}
          <span className="hidden">
            {' of '}
            <Name of={sessionId} />
          </span>
        </button>
      )}
      {isOpen && (
        <ol className="earlier">
          {earlier.map(({ id, current }) => (
            <li key={id}>
              <RelativeTime at={current.timestamp} />
              <p className="whole-message">
                <UntrustedText of={current.lastMessage} />
              </p>
            </li>
          ))}
        </ol>
      )}
    </li>
  );
});
