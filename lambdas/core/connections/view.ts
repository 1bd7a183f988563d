// Decides which events a connection gets: what its user may see, and what its client has asked for.
import { everyAgent, filterOf, isPattern, narrow, type AgentFilter } from '#sdk/protocol';

/** What limits the events of a connection. Equal views are the same object, so that they can be compared and be keys. */
export interface View {
  /** The patterns of the token's scope, as the record has them. Absent: the service has no scopes. */
  readonly scope?: string;
  /** The patterns that the client has subscribed to, as the record has them. Absent: all that it may see. */
  readonly agents?: string;
  /** What is in force: the agents that are in both. */
  readonly inForce: AgentFilter;
}

/** The parts of a view: lists of patterns. */
export interface ViewParts {
  readonly scope?: readonly string[] | undefined;
  readonly agents?: readonly string[] | undefined;
}

/** Maximum number of views that are kept compiled: with the longest patterns, about 50 MB. */
const maxKept = 10_000;

/** The compiled views, by scope and subscription. */
const kept = new Map<string | undefined, Map<string | undefined, View>>();
let keptViews = 0;
const everything = filterOf([everyAgent]);

/** The view of a record with these parts, each a list of patterns as JSON text; undefined if neither limits anything. */
export function viewOf(scope: string | undefined, agents: string | undefined): View | undefined {
  if (scope === undefined && agents === undefined) return undefined;
  const known = kept.get(scope)?.get(agents);
  if (known !== undefined) return known;
  const view = {
    ...(scope !== undefined && { scope }),
    ...(agents !== undefined && { agents }),
    inForce: narrow(filterIn(scope), filterIn(agents)),
  };
  keep(view);
  return view;
}

function keep(view: View): void {
  if (keptViews >= maxKept) {
    kept.clear();
    keptViews = 0;
  }
  const ofScope = kept.get(view.scope) ?? new Map<string | undefined, View>();
  kept.set(view.scope, ofScope.set(view.agents, view));
  keptViews += 1;
}

/** The view after the given parts have been changed; undefined if nothing is limited. */
export function withParts(view: View | undefined, { scope, agents }: ViewParts): View | undefined {
  return viewOf(
    scope === undefined ? view?.scope : JSON.stringify(scope),
    agents === undefined ? view?.agents : JSON.stringify(agents),
  );
}

/**
 * Whether a connection gets an event. Everything that sends events asks here.
 * @param agentId the agent of the event; undefined for a heartbeat, which every connection gets
 */
export function maySee(view: View | undefined, agentId: string | undefined): boolean {
  return view === undefined || agentId === undefined || view.inForce.matches(agentId);
}

/** The patterns of the agents whose events a connection gets. */
export function patternsInForce(view: View | undefined): readonly string[] {
  return (view?.inForce ?? everything).patterns;
}

/** Whether a connection gets every event. */
export function getsEverything(view: View | undefined): boolean {
  return view === undefined || view.inForce.patterns.includes(everyAgent);
}

function filterIn(patterns: string | undefined): AgentFilter {
  if (patterns === undefined) return everything;
  // Another version of this service may know other patterns. Those match nothing here.
  return filterOf((JSON.parse(patterns) as readonly unknown[]).filter(isPattern));
}
