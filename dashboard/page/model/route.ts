// What the page shows, as the fragment of its address says: reload, back, forward and links give the same picture.
import { noFilter, statuses, type Filter } from './agents/filter';

/** The orders of the list. */
export const sorts = ['attention', 'name', 'newest'] as const;

/** A part of the page. A wide screen shows `agents` and `events` side by side. */
type Page =
  { readonly name: 'agents' | 'events' } | { readonly name: 'agent'; readonly agentId: string };

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

/** Returns the fragment for a route, e.g. `#/agents/team-a%2F1?status=error`. What is as in {@link startRoute} is left out. */
export function formatRoute({ page, filter, sort, isGrouped }: Route): string {
  const parameters = new URLSearchParams();
  if (filter.text !== '') parameters.set('q', filter.text);
  if (filter.status !== undefined) parameters.set('status', filter.status);
  if (filter.group !== undefined) parameters.set('group', filter.group);
  if (sort !== startRoute.sort) parameters.set('sort', sort);
  if (isGrouped) parameters.set('by', 'group');
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
    page: pageOf(path),
    filter: {
      text: (parameters.get('q') ?? '').slice(0, longestText).toWellFormed(),
      status: statuses.find((known) => known === status),
      group: parameters.get('group') ?? undefined,
    },
    sort: sorts.find((known) => known === sort) ?? startRoute.sort,
    isGrouped: parameters.get('by') === 'group',
  };
}

function pageOf(path: string): Page {
  if (path === 'events') return { name: 'events' };
  const [, encoded] = /^agents\/(.+)$/su.exec(path) ?? [];
  if (encoded === undefined) return startRoute.page;
  try {
    return { name: 'agent', agentId: decodeURIComponent(encoded) };
  } catch {
    return startRoute.page;
  }
}
