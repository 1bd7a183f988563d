// Shows one agent with its status and its sessions. It renders only when this agent changes.
import { memo, useState } from 'react';
import type { AgentEntry } from '../model/agent-entries';
import { RelativeTime } from './clock';
import { Message } from './message';
import { StatusMark } from './status-mark';
import { plainText } from '../model/visible-text';
import { Name } from './visible-text';

const sessionsAtFirst = 2;

export const AgentRow = memo(function AgentRow({ agent }: { readonly agent: AgentEntry }) {
  const { agentId, status, since, sessions } = agent;
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? sessions : sessions.slice(0, sessionsAtFirst);
  const more = sessions.length - sessionsAtFirst;
  return (
    <li className="agent" data-status={status}>
      <div className="agent-head">
        <h3 title={plainText(agentId, true)}>
          <Name of={agentId} />
        </h3>
        <p className="agent-status">
          <StatusMark status={status} />
          {since !== undefined && <RelativeTime at={since} />}
        </p>
      </div>
      <ul className="sessions">
        {shown.map(({ sessionId, lastMessage, timestamp }) => (
          <li key={sessionId} className="session">
            <span className="session-id" title={plainText(sessionId, true)}>
              <Name of={sessionId} />
            </span>
            <Message text={lastMessage} />
            <RelativeTime at={timestamp} />
          </li>
        ))}
        {more > 0 && (
          <li>
            <button
              type="button"
              className="quiet"
              aria-expanded={isWhole}
              onClick={() => {
                setWhole(!isWhole);
              }}
            >
              {isWhole ? 'Fewer sessions' : `${more} more ${more === 1 ? 'session' : 'sessions'}`}
              <span className="hidden">
                {' of '}
                <Name of={agentId} />
              </span>
            </button>
          </li>
        )}
      </ul>
    </li>
  );
});
