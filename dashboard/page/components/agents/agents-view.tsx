// Shows the list of agents with its filter.
import { useMemo, type ReactNode } from 'react';
import type { Agent } from '#sdk/client';
import { useAgents, useSessions } from '#sdk/client/react/index';
import type { Address } from '../../model/address';
import { AgentList } from './agent-list';
import {
  countByStatus,
  filterAgents,
  findInSessions,
  noFilter,
  wordsOf,
  type Filter,
  type FoundAgents,
  type Status,
} from '../../model/agents/filter';
import { FilterBar, StatusToggles, type Choice } from './filter-bar';
import { groupAgents, groupsOf, type ListItem } from '../../model/agents/groups';
import { usePreference } from '../parts/preferences';
import { formatRoute, type Route } from '../../model/route';

interface AgentsViewProps {
  readonly route: Route;
  readonly address: Address;
  /** What is between the filter and the list. */
  readonly children?: ReactNode;
}

export function AgentsView({ route, address, children }: AgentsViewProps) {
  const { filter, sort, isGrouped } = route;
  const agents = useAgents({ sort });
  const [isDense, setDense] = usePreference('dense', false);
  const groups = useMemo(() => groupsOf(agents), [agents]);
  const words = useMemo(() => wordsOf(filter.text), [filter.text]);
  // Only a search needs the sessions. No agent has an empty id: without words, no list of all sessions is kept sorted.
  const sessions = useSessions(words.length > 0 ? undefined : '');
  const found = useMemo(
    () => (words.length > 0 ? findInSessions(sessions, words) : undefined),
    [sessions, words],
  );
  const change = (choice: Choice) => {
    // Otherwise each letter would be an entry in the history.
    const isTyping = choice.filter.text !== filter.text;
    address[isTyping ? 'replace' : 'go']({ ...route, ...choice });
  };
  return (
    <>
      <FilterBar
        choice={{ filter, sort, isGrouped }}
        toggles={(change) => <CountedToggles {...{ agents, filter, found }} onChange={change} />}
        groups={groups}
        isDense={isDense}
        onChange={change}
        onDense={setDense}
      />
      {children}
      <ShownAgents {...{ route, address, agents, isDense, found }} />
    </>
  );
}

interface ListProps extends Pick<AgentsViewProps, 'route' | 'address'> {
  readonly agents: readonly Agent[];
  readonly isDense: boolean;
}

interface CountedTogglesProps extends Pick<ListProps, 'agents'> {
  readonly filter: Filter;
  readonly found: FoundAgents | undefined;
  readonly onChange: (status: Status | undefined) => void;
}

/** The buttons of the statuses, each with the number of agents that it would show. */
function CountedToggles({ agents, filter, found, onChange }: CountedTogglesProps) {
  const counts = useMemo(
    () => countByStatus(filterAgents(agents, { ...filter, status: undefined }, found)),
    [agents, filter, found],
  );
  return <StatusToggles status={filter.status} counts={counts} onChange={onChange} />;
}

function ShownAgents(props: ListProps & { readonly found: FoundAgents | undefined }) {
  const { route, address, agents, isDense, found } = props;
  const { filter, isGrouped } = route;
  const shown = useMemo(() => filterAgents(agents, filter, found), [agents, filter, found]);
  const items = useMemo(
    (): readonly ListItem<Agent>[] =>
      isGrouped ? groupAgents(shown) : shown.map((agent) => ({ agent })),
    [shown, isGrouped],
  );
  const hrefOf = useMemo(
    () => (agentId: string) => formatRoute({ ...route, page: { name: 'agent', agentId } }),
    [route],
  );
  const showGroup = (group: string | undefined) => {
    address.go({ ...route, filter: { ...filter, group } });
  };
  return (
    <section className="agents" aria-labelledby="agents-title">
      <h2 id="agents-title" tabIndex={-1}>
        Agents <span className="count">{countWords(shown.length, agents.length)}</span>
      </h2>
      {items.length === 0 ? (
        <p className="nothing">
          No agent matches the filter.{' '}
          <button
            type="button"
            onClick={() => {
              address.go({ ...route, filter: noFilter });
            }}
          >
            Show all
          </button>
        </p>
      ) : (
        <AgentList
          // Another list begins at its top.
          key={formatRoute(route)}
          list={formatRoute(route)}
          items={items}
          isDense={isDense}
          hrefOf={hrefOf}
          onGroup={(group) => {
            showGroup(filter.group === undefined ? group : undefined);
          }}
        />
      )}
    </section>
  );
}

function countWords(shown: number, total: number): string {
  const all = total.toLocaleString();
  return shown === total ? all : `${shown.toLocaleString()} of ${all}`;
}
