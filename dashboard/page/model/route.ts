// What the page shows, as the fragment of its address says: reload, back, forward and links give the same picture.
import { noFilter, statuses, type Filter } from './agents/filter';

/** The orders of the list. */
export const sorts = ['attention', 'name', 'newest'] as const;

/** A part of the page. A wide screen shows `agents` and `events` side by side. */
type Page = { readonly name: 'agents' | 'events' } | AgentRoute;

/** The page of an agent. */
interface AgentRoute {
  readonly name: 'agent';
  readonly agentId: string;
  /** The sessions whose earlier messages are shown, in the order in which the user has opened them. */
  readonly sessions?: readonly string[];
}

export interface Route {
  readonly page: Page;
  readonly filter: Filter;
  readonly sort: (typeof sorts)[number];
  /** Whether the list has a heading for each group. */
  readonly isGrouped: boolean;
}

export const startRoute: Route = {
  page: { name: 'agents' },
  filter: noFilter,
  sort: 'attention',
  isGrouped: false,
};

/** The maximum number of UTF-16 code units of the text of a filter. An address can have a million. */
export const longestText = 200;

/** The maximum number of open sessions in an address. Each of them is a request to the server. */
export const mostSessions = 10;

/** Returns the fragment for a route, e.g. `#/agents/team-a%2F1?status=error`. What is as in {@link startRoute} is left out. */
export function formatRoute({ page, filter, sort, isGrouped }: Route): string {
  const parameters = new URLSearchParams();
  if (filter.text !== '') parameters.set('q', filter.text);
  if (filter.status !== undefined) parameters.set('status', filter.status);
  if (filter.group !== undefined) parameters.set('group', filter.group);
  if (sort !== startRoute.sort) parameters.set('sort', sort);
  if (isGrouped) parameters.set('by', 'group');
  if (page.name === 'agent')
    for (const session of page.sessions ?? []) parameters.append('session', session);
  const query = parameters.size > 0 ? `?${parameters.toString()}` : '';
  return `#/${pathOf(page)}${query}`;
}

function pathOf(page: Page): string {
  if (page.name === 'agent') return `agents/${encodeURIComponent(page.agentId.toWellFormed())}`;
  return page.name === 'events' ? 'events' : '';
}

/** Returns the route of any fragment. Parts that are unknown or malformed are as in {@link startRoute}. */
export function parseRoute(fragment: string): Route {
  const [, path = '', query = ''] = /^#\/([^?]*)\??(.*)$/su.exec(fragment) ?? [];
  const parameters = new URLSearchParams(query);
  const status = parameters.get('status');
  const sort = parameters.get('sort');
  return {
    page: pageOf(path, parameters.getAll('session')),
    filter: {
      text: (parameters.get('q') ?? '').slice(0, longestText).toWellFormed(),
      status: statuses.find((known) => known === status),
      group: parameters.get('group') ?? undefined,
    },
    sort: sorts.find((known) => known === sort) ?? startRoute.sort,
    isGrouped: parameters.get('by') === 'group',
  };
}

function pageOf(path: string, all: readonly string[]): Page {
  if (path === 'events') return { name: 'events' };
  const [, encoded] = /^agents\/(.+)$/su.exec(path) ?? [];
  if (encoded === undefined) return startRoute.page;
  try {
    const agentId = decodeURIComponent(encoded);
    const sessions = [...new Set(all)].slice(0, mostSessions);
    return { name: 'agent', agentId, ...(sessions.length > 0 && { sessions }) };
  } catch {
    return startRoute.page;
  }
}

/** Returns the page of an agent with one of its sessions open or closed. Beyond the maximum, the one that was opened first is closed. */
export function withSession(route: Route, sessionId: string, isOpen: boolean): Route {
  const { page } = route;
  if (page.name !== 'agent') return route;
  const { sessions: before = [], ...rest } = page;
  const others = before.filter((one) => one !== sessionId);
  const sessions = [...others, ...(isOpen ? [sessionId] : [])].slice(-mostSessions);
  return { ...route, page: { ...rest, ...(sessions.length > 0 && { sessions }) } };
}
