// Shows the whole page: the connection, and the list of agents with their events, or the page of one agent.
import { useCallback, useState, useSyncExternalStore } from 'react';
import type { Connection } from '#sdk/client';
import { useAgents, useConnection, useMissionControl } from '#sdk/client/react/index';
import type { Address } from '../model/address';
import { ActivityCharts, ActivityProvider, EventCount } from './events/activity';
import { AgentPage } from './agents/agent-page';
import { AgentsView } from './agents/agents-view';
import { Background } from './attention/background';
import { ConnectionBar } from './connection/connection-bar';
import { EmptyBoard } from './empty-board';
import { EventFeed } from './events/event-feed';
import type { HeldEvents } from './events/feed';
import { Settings } from './settings';
import { ViewSwitch } from './view-switch';
import { formatRoute, startRoute, withSession, type Route } from '../model/route';
import type { ListMemory } from '../model/agents/list-memory';
import { ListMemoryContext } from './agents/list-memory';
import { SkipLinks } from './skip-links';
import type { Timers } from '../model/attention/pace';
import { TokenForm } from './connection/token-form';
import type { TokenSource } from '../auth/token-source';
import { useAgentKeys } from './leave-agent';
import { useShortcuts } from './shortcuts';
import { useStaleSince } from './connection/stale-since';

export interface AppProps {
  readonly memory: ListMemory;
  readonly address: Address;
  readonly tokens: TokenSource;
  readonly commands: readonly string[];
  readonly timers: Timers;
}

export function App({ memory, address, tokens, commands, timers }: AppProps) {
  const client = useMissionControl();
  const connection = useConnection();
  const route = useSyncExternalStore(address.subscribe, address.read);
  const hasAgents = useAgents({ limit: 1, sort: startRoute.sort }).length > 0;
  const staleSince = useStaleSince(connection);
  const open = useCallback(
    (agentId: string) => {
      address.go({ ...address.read(), page: { name: 'agent', agentId } });
    },
    [address],
  );
  const isAgent = route.page.name === 'agent';
  const listHref = formatRoute({ ...route, page: startRoute.page });
  useShortcuts(useAgentKeys(route, address));
  const { state } = connection;
  const hasNoToken = connection.reason === 'token_unavailable' && state !== 'connected';
  const needsToken = hasNoToken || state === 'unauthorized' || state === 'idle';
  return (
    <ListMemoryContext value={memory}>
      <ActivityProvider client={client} now={timers.now}>
        <SkipLinks isAgent={isAgent} />
        <Background timers={timers} onOpen={open} />
        <header>
          <h1>
            <a href={formatRoute(startRoute)}>Mission Control</a>
          </h1>
          <ConnectionBar
            connection={connection}
            staleSince={hasAgents ? staleSince : undefined}
            problem={hasNoToken ? tokens.problem() : undefined}
            onAct={
              state === 'idle' && tokens.remedy.kind === 'paste' ? undefined : client.reconnect
            }
          />
          <Settings connection={connection} />
        </header>
        <main>
          {needsToken && <TokenForm remedy={tokens.remedy} onToken={client.reconnect} />}
          <Content {...{ address, route, connection, commands, hasAgents, listHref }} />
        </main>
        {/* The charts of an agent have their own words. */}
        {!isAgent && <EventCount />}
      </ActivityProvider>
    </ListMemoryContext>
  );
}

interface ContentProps extends Pick<AppProps, 'address' | 'commands'> {
  readonly route: Route;
  readonly connection: Connection;
  readonly hasAgents: boolean;
  readonly listHref: string;
}

function Content(props: ContentProps) {
  const { address, route, connection, commands, hasAgents, listHref } = props;
  const [first] = useState(route.page);
  // A paused feed stays paused while the page of an agent is shown.
  const [held, setHeld] = useState<HeldEvents>();
  const openSession = useCallback(
    (sessionId: string, isOpen: boolean) => {
      address.replace(withSession(address.read(), sessionId, isOpen));
    },
    [address],
  );
  if (route.page.name === 'agent') {
    const { agentId, sessions = [] } = route.page;
    return (
      <AgentPage
        key={agentId}
        agentId={agentId}
        openSessions={sessions}
        onOpenSession={openSession}
        listHref={listHref}
        takesFocus={route.page !== first}
      >
        <ActivityCharts agentId={agentId} />
      </AgentPage>
    );
  }
  if (!hasAgents) {
    return (
      <EmptyBoard
        isConnected={connection.state === 'connected'}
        visibleAgents={connection.visibleAgents}
        commands={commands}
      />
    );
  }
  const view = route.page.name;
  return (
    <div className="board" data-view={view}>
      <AgentsView route={route} address={address}>
        <ViewSwitch
          view={view}
          onChange={(name) => {
            address.go({ ...route, page: { name } });
          }}
        />
      </AgentsView>
      <div className="beside">
        <ActivityCharts />
        <EventFeed route={route} held={held} onHold={setHeld} />
      </div>
    </div>
  );
}
