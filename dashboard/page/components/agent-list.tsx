// Shows the agents that match the filter.
import { useState } from 'react';
import type { AgentEntry } from '../model/agent-entries';
import { AgentRow } from './agent-row';

/** The number of rows that are shown at first, and added by the button: there may be thousands of agents. */
const rowsAtOnce = 500;

interface AgentListProps {
  /** The agents in display order. */
  readonly agents: readonly AgentEntry[];
  /** The number of agents without the filter. */
  readonly total: number;
  readonly onShowAll: () => void;
}

export function AgentList({ agents, total, onShowAll }: AgentListProps) {
  const [most, setMost] = useState(rowsAtOnce);
  const hidden = agents.length - most;
  return (
    <section className="agents" aria-labelledby="agents-title">
      <h2 id="agents-title">
        Agents <span className="count">{countWords(agents.length, total)}</span>
      </h2>
      {agents.length === 0 ? (
        <p className="nothing">
          No agent is like that.{' '}
          <button type="button" onClick={onShowAll}>
            Show all
          </button>
        </p>
      ) : (
        <ul className="agent-list">
          {agents.slice(0, most).map((agent) => (
            <AgentRow key={agent.agentId} agent={agent} />
          ))}
        </ul>
      )}
      {hidden > 0 && (
        <p>
          <button
            type="button"
            onClick={() => {
              setMost(most + rowsAtOnce);
            }}
          >
            Show {Math.min(hidden, rowsAtOnce)} of {hidden.toLocaleString()} more
          </button>
        </p>
      )}
    </section>
  );
}

function countWords(shown: number, total: number): string {
  const all = total.toLocaleString();
  return shown === total ? all : `${shown.toLocaleString()} of ${all}`;
}
