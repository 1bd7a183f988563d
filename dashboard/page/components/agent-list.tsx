// All agents that the filter lets through; what is wrong comes first.
import { useState } from 'react';
import type { AgentEntry } from '../model/agent-entries';
import { AgentRow } from './agent-row';

/** So many rows cost no more than a moment; a stack may know thousands of agents. */
const rowsAtOnce = 500;

interface AgentListProps {
  /** In the order in which they are shown. */
  readonly agents: readonly AgentEntry[];
  /** How many there are without the filter. */
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
