// A stack that has nothing to show yet: what to run to see something.

interface EmptyBoardProps {
  readonly isConnected: boolean;
  readonly commands: readonly string[];
}

export function EmptyBoard({ isConnected, commands }: EmptyBoardProps) {
  return (
    <section className="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">{isConnected ? 'No agent has reported yet' : 'Nothing is known yet'}</h2>
      {!isConnected && <p>What agents do is shown here as soon as there is a connection.</p>}
      {isConnected && commands.length === 0 && (
        <p>What agents do is shown here as soon as a backend reports it on the event bus.</p>
      )}
      {isConnected && commands.length > 0 && (
        <>
          <p>What agents do is shown here as it happens. To see something, run in the project:</p>
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
