// Shows the whole page: connection, filter, agents and events.
import { useMemo, useSyncExternalStore } from 'react';
import type { MissionControl } from '#sdk/client';
import type { Address } from '../model/address';
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
  readonly address: Address;
  readonly board: Board;
  readonly client: Pick<MissionControl, 'reconnect'>;
  readonly tokens: TokenSource;
  readonly commands: readonly string[];
}

/** The views, one of which is shown on a narrow screen. A wide screen shows both. */
const views = ['agents', 'events'] as const;

export function App({ address, board, client, tokens, commands }: AppProps) {
  const { agents, feed, events, connection, staleSince } = useSyncExternalStore(
    board.subscribe,
    board.read,
  );
  const route = useSyncExternalStore(address.subscribe, address.read);
  const { filter } = route;
  const view = route.page.name === 'events' ? 'events' : 'agents';
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
            <FilterBar
              filter={filter}
              counts={counts}
              onChange={(changed) => {
                // Otherwise each letter would be an entry in the history.
                const isTyping = changed.text !== filter.text;
                address[isTyping ? 'replace' : 'go']({ ...route, filter: changed });
              }}
            />
            <ViewSwitch
              view={view}
              onChange={(name) => {
                address.go({ ...route, page: { name } });
              }}
            />
            <AgentList
              agents={shown}
              total={agents.length}
              onShowAll={() => {
                address.go({ ...route, filter: noFilter });
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

type View = (typeof views)[number];

function ViewSwitch(props: { readonly view: View; readonly onChange: (view: View) => void }) {
  return (
    <div className="views toggles" role="group" aria-label="View">
      {views.map((name) => (
        <button
          key={name}
          type="button"
          className="toggle"
          aria-pressed={props.view === name}
          onClick={() => {
            props.onChange(name);
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
