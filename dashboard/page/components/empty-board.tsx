// Shows how to get agents, or why there are none, while there are none.
import { patternWords } from '../model/connection/connection-words';
import { UntrustedText } from './parts/visible-text';

interface EmptyBoardProps {
  readonly isConnected: boolean;
  /** The patterns of the agents that the user may see; undefined: all agents. */
  readonly visibleAgents: readonly string[] | undefined;
  readonly commands: readonly string[];
}

export function EmptyBoard({ isConnected, visibleAgents, commands }: EmptyBoardProps) {
  if (isConnected && visibleAgents !== undefined) return <EmptyScope agents={visibleAgents} />;
  return (
    <section className="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">{isConnected ? 'No agent has reported yet' : 'Not connected yet'}</h2>
      {!isConnected && <p>Agents appear here as soon as the page is connected.</p>}
      {isConnected && commands.length === 0 && (
        <p>Agents appear here as soon as a backend reports their events on the event bus.</p>
      )}
      {isConnected && commands.length > 0 && (
        <>
          <p>Agents appear here as soon as they report. To see some, run in the project:</p>
          <ul>
            {commands.map((command) => (
              <li key={command}>
                <code>{command}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Without commands: their agents may be some that the user may not see. */
function EmptyScope({ agents }: { readonly agents: readonly string[] }) {
  return (
    <section className="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">
        {agents.length === 0 ? (
          'You may see no agents'
        ) : (
          <>
            No agent within <UntrustedText of={patternWords(agents)} /> has reported yet
          </>
        )}
      </h2>
      <p>
        {agents.length === 0
          ? 'The scope of your token contains no agents.'
          : 'Agents appear here as soon as they report. Other agents are outside the scope of your token.'}
      </p>
    </section>
  );
}
