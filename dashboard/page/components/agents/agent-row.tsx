// Shows one agent with its status and its newest sessions, as a link to its page. It renders only when this agent changes.
import { memo, type KeyboardEvent } from 'react';
import type { Agent } from '#sdk/client';
import { useSessions } from '#sdk/client/react/index';
import { AgentTimes, LastReport } from './agent-times';
import { CopyButton, useCopy } from '../parts/copy-button';
import { statusOf } from '../../model/agents/filter';
import { plainText } from '../../model/text/visible-text';
import { Name, UntrustedText } from '../parts/visible-text';

interface AgentRowProps {
  readonly agent: Agent;
  /** The address of the page of the agent. */
  readonly href: string;
  readonly isDense: boolean;
  readonly tabIndex: number;
}

export const AgentRow = memo(function AgentRow({ agent, href, isDense, tabIndex }: AgentRowProps) {
  const { agentId } = agent;
  const status = statusOf(agent);
  const { copy, outcome } = useCopy(agentId);
  const pressKey = (event: KeyboardEvent) => {
    if (event.key === 'c' && !event.ctrlKey && !event.metaKey && !event.altKey) copy();
  };
  return (
    <>
      <a className="row" href={href} tabIndex={tabIndex} data-status={status} onKeyDown={pressKey}>
        <div className="agent-head">
          <h3 title={plainText(agentId, true)}>
            <Name of={agentId} />
          </h3>
          <AgentTimes agent={agent} />
        </div>
        <NewestSessions agentId={agentId} limit={isDense ? 1 : 2} />
        <LastReport agent={agent} />
      </a>
      <CopyButton what="id" of={agentId} copy={copy} outcome={outcome} tabIndex={-1} />
    </>
  );
});

/** The maximum number of UTF-16 code units that are put into a line. A message can have 32 KB. */
const lineLength = 1_000;

function NewestSessions({ agentId, limit }: { readonly agentId: string; readonly limit: number }) {
  const sessions = useSessions(agentId, { limit });
  return (
    <div className="sessions">
      {sessions.map(({ sessionId, lastMessage }) => (
        <p key={sessionId} className="session">
          <span className="session-id" title={plainText(sessionId, true)}>
            <Name of={sessionId} />
          </span>{' '}
          <span className="message">
            <UntrustedText of={lastMessage.slice(0, lineLength)} />
          </span>
        </p>
      ))}
    </div>
  );
}
