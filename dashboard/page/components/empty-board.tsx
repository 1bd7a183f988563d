// Shows how to get agents, while there are none.

interface EmptyBoardProps {
  readonly isConnected: boolean;
  readonly commands: readonly string[];
}

export function EmptyBoard({ isConnected, commands }: EmptyBoardProps) {
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
