// Shows the sessions of an agent with whole messages, and the messages before on request.
import { memo, useId, useState } from 'react';
import type { SessionActivity } from '#sdk/client';
import { useConnection } from '#sdk/client/react/index';
import { RelativeTime } from '../parts/clock';
import { Timeline } from './timeline';
import { plainText } from '../../model/text/visible-text';
import { Name, UntrustedText } from '../parts/visible-text';

interface SessionListProps {
  /** The newest first. */
  readonly sessions: readonly SessionActivity[];
  /** The ids of the sessions whose earlier messages are shown. */
  readonly open: readonly string[];
  /** Called to show or to hide the earlier messages of a session; always the same function. */
  readonly onOpen: (sessionId: string, isOpen: boolean) => void;
}

/** The number of sessions that are shown at first, and added by the button: an agent may have thousands. */
const sessionsAtOnce = 20;

export function SessionList({ sessions, open, onOpen }: SessionListProps) {
  const [most, setMost] = useState(sessionsAtOnce);
  const shown = sessions.filter(({ sessionId }, index) => index < most || open.includes(sessionId));
  const more = sessions.length - shown.length;
  const { isSynced } = useConnection();
  const unknown = open.filter((id) => !sessions.some(({ sessionId }) => sessionId === id));
  return (
    <section className="session-list" aria-labelledby="sessions-title">
      <h3 id="sessions-title">
        Sessions <span className="count">{sessions.length.toLocaleString()}</span>
      </h3>
      {isSynced && unknown.map((id) => <UnknownSession key={id} sessionId={id} onOpen={onOpen} />)}
      {sessions.length === 0 && <p className="nothing">No session has reported.</p>}
      <ol>
        {shown.map((session) => (
          <Session
            key={session.sessionId}
            session={session}
            isOpen={open.includes(session.sessionId)}
            onOpen={onOpen}
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
    </section>
  );
}

interface UnknownSessionProps extends Pick<SessionListProps, 'onOpen'> {
  readonly sessionId: string;
}

/** Says of a session in the address of the page that it is not in the list. */
function UnknownSession({ sessionId, onOpen }: UnknownSessionProps) {
  return (
    <p className="nothing unknown-session">
      <span>
        The session <Name of={sessionId} /> in the address is not known: it has expired, or has
        never reported. It appears here as soon as it reports.
      </span>
      <button
        type="button"
        className="quiet"
        onClick={() => {
          onOpen(sessionId, false);
        }}
      >
        Dismiss
        <span className="hidden">
          {' the session '}
          <Name of={sessionId} />
        </span>
      </button>
    </p>
  );
}

interface SessionProps extends Pick<SessionListProps, 'onOpen'> {
  readonly session: SessionActivity;
  readonly isOpen: boolean;
}

const Session = memo(function Session({ session, isOpen, onOpen }: SessionProps) {
  const { sessionId, lastMessage, timestamp } = session;
  const timelineId = useId();
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
      <button
        type="button"
        className="quiet"
        aria-expanded={isOpen}
        aria-controls={isOpen ? timelineId : undefined}
        onClick={() => {
          onOpen(sessionId, !isOpen);
        }}
      >
        {isOpen ? 'Hide' : 'Show'} earlier messages
        <span className="hidden">
          {' of '}
          <Name of={sessionId} />
        </span>
      </button>
      {isOpen && (
        <div id={timelineId}>
          <Timeline session={session} />
        </div>
      )}
    </li>
  );
});
