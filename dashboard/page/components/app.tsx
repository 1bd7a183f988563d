// Shows the whole page: connection, filter, agents and events.
import { useMemo, useState, useSyncExternalStore } from 'react';
import type { MissionControl } from '#sdk/client';
import { AgentList } from './agent-list';
import type { Board } from '../model/board';
import { ConnectionBar } from './connection-bar';
import { EmptyBoard } from './empty-board';
import { EventFeed } from './event-feed';
import { countByStatus, feedFilter, filterAgents, noFilter } from '../model/filter';
import { FilterBar } from './filter-bar';
import { TokenForm } from './token-form';
import type { TokenSource } from '../auth/token-source';

export interface AppProps {
  readonly board: Board;
  readonly client: Pick<MissionControl, 'reconnect'>;
  readonly tokens: TokenSource;
  readonly commands: readonly string[];
}

/** The views, one of which is shown on a narrow screen. A wide screen shows both. */
const views = ['agents', 'events'] as const;

export function App({ board, client, tokens, commands }: AppProps) {
  const { agents, feed, events, connection, staleSince } = useSyncExternalStore(
    board.subscribe,
    board.read,
  );
  const [filter, setFilter] = useState(noFilter);
  const [view, setView] = useState<(typeof views)[number]>('agents');
  const shown = useMemo(() => filterAgents(agents, filter), [agents, filter]);
  const isInFeed = useMemo(() => feedFilter(agents, filter), [agents, filter]);
  const counts = useMemo(() => countByStatus(agents), [agents]);
  const { state, reason } = connection;
  const hasNoToken = reason === 'token_unavailable' && state !== 'connected';
  const needsToken = hasNoToken || state === 'unauthorized' || state === 'idle';
  return (
    <>
      <header>
        <h1>Mission Control</h1>
        <ConnectionBar
          connection={connection}
          staleSince={agents.length > 0 ? staleSince : undefined}
          problem={hasNoToken ? tokens.problem() : undefined}
          onAct={state === 'idle' && tokens.remedy.kind === 'paste' ? undefined : client.reconnect}
        />
      </header>
      <main data-view={view}>
        {needsToken && <TokenForm remedy={tokens.remedy} onToken={client.reconnect} />}
        {agents.length === 0 ? (
          <EmptyBoard
            isConnected={state === 'connected'}
            visibleAgents={connection.visibleAgents}
            commands={commands}
          />
        ) : (
          <>
            <FilterBar filter={filter} counts={counts} onChange={setFilter} />
            <div className="views toggles" role="group" aria-label="View">
              {views.map((name) => (
                <button
                  key={name}
                  type="button"
                  className="toggle"
                  aria-pressed={view === name}
                  onClick={() => {
                    setView(name);
                  }}
                >
                  {name}
                </button>
              ))}
            </div>
            <AgentList
              agents={shown}
              total={agents.length}
              onShowAll={() => {
                setFilter(noFilter);
              }}
            />
            <EventFeed feed={feed} isShown={isInFeed} />
          </>
        )}
      </main>
      {events > 0 && <footer>{events.toLocaleString()} events since this page was opened</footer>}
    </>
  );
}
