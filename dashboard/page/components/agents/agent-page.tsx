// Shows one agent: its status, the statuses before, and its sessions with what they have reported.
import { useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useAgent, useEvents, useSessions } from '#sdk/client/react/index';
import { AgentTimes, LastReport } from './agent-times';
import { CopyButton, useCopy } from '../parts/copy-button';
import { ListMemoryContext } from './list-memory';
import { SessionList } from './session-list';
import { StatusHistory } from './status-history';
import { statusPeriods } from '../../model/agents/agent-history';
import { statusOf } from '../../model/agents/filter';
import { keyOf } from '../../model/agents/groups';
import { Name } from '../parts/visible-text';

/** The maximum number of events of the agent that are kept for its page. */
const eventsKept = 500;

interface AgentPageProps {
  readonly agentId: string;
  /** The sessions whose earlier messages are shown. */
  readonly openSessions: readonly string[];
  /** Called to show or to hide the earlier messages of a session; always the same function. */
  readonly onOpenSession: (sessionId: string, isOpen: boolean) => void;
  /** The address of the list. */
  readonly listHref: string;
  /** Whether the heading gets the focus when the page is mounted: after a link, whose element is gone. */
  readonly takesFocus: boolean;
  /** The charts of the agent. */
  readonly children?: ReactNode;
}

export function AgentPage(props: AgentPageProps) {
  const { agentId, openSessions, onOpenSession, listHref, children } = props;
  const agent = useAgent(agentId);
  const sessions = useSessions(agentId);
  const events = useEvents({ agentId, limit: eventsKept });
  const periods = useMemo(() => statusPeriods(events), [events]);
  const { copy, outcome } = useCopy(agentId);
  const memory = useContext(ListMemoryContext);
  const heading = useRef<HTMLHeadingElement>(null);
  const [takesFocus] = useState(props.takesFocus);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  // Whoever goes to the list looks for the agent there, from wherever its page was opened.
  useEffect(() => {
    memory.focus(keyOf({ agent: { agentId } }));
  }, [memory, agentId]);
  return (
    <article className="agent-page" aria-labelledby="agent-title" data-status={statusOf(agent)}>
      <div className="agent-page-head">
        <p>
          <a href={listHref}>← Agents</a>
        </p>
        <div className="agent-page-title">
          <h2 id="agent-title" tabIndex={-1} ref={heading}>
            <Name of={agentId} />
          </h2>
          <CopyButton what="id" of={agentId} copy={copy} outcome={outcome} />
        </div>
        {agent.isKnown ? (
          <div className="agent-page-facts">
            <AgentTimes agent={agent} />
            <LastReport agent={agent} />
          </div>
        ) : (
          <p className="nothing">{unknownWords(agent.isPending)}</p>
        )}
      </div>
      {children}
      {agent.isKnown && (
        <div className="agent-page-parts">
          <SessionList sessions={sessions} open={openSessions} onOpen={onOpenSession} />
          <StatusHistory periods={periods} />
        </div>
      )}
    </article>
  );
}

function unknownWords(isPending: boolean): string {
  return isPending
    ? 'The state of this agent has not arrived yet. It appears here as soon as the page is connected.'
    : 'Nothing is known of this agent: it has not reported for long, or never, or you may not see it. It appears here as soon as it reports.';
}
