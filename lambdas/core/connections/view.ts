// Decides which events a connection gets: what its user may see, and what its client has asked for.
import { everyAgent, filterOf, isPattern, narrow, type AgentFilter } from '#sdk/protocol';

/** What limits the events of a connection. Equal views that are in use are the same object, so that they can be keys. */
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

/** Compiled views, by scope and subscription. */
type Views = Map<string | undefined, Map<string | undefined, View>>;

/** Number of views of a generation; two are kept. With the longest patterns, a generation has about 50 MB. */
const maxKept = 10_000;

/** The views that were used since the last change of generations. */
let young: Views = new Map();
/** Those that were used before it. Views that are used again become young, so that only unused ones are forgotten. */
let old: Views = new Map();
let youngCount = 0;
const everything = filterOf([everyAgent]);

/** The view of a record with these parts, each a list of patterns as JSON text; undefined if neither limits anything. */
export function viewOf(scope: string | undefined, agents: string | undefined): View | undefined {
  if (scope === undefined && agents === undefined) return undefined;
  const known = young.get(scope)?.get(agents);
  if (known !== undefined) return known;
  const view = old.get(scope)?.get(agents) ?? compile(scope, agents);
  keep(view);
  return view;
}

function compile(scope: string | undefined, agents: string | undefined): View {
  return {
    ...(scope !== undefined && { scope }),
    ...(agents !== undefined && { agents }),
    inForce: narrow(filterIn(scope), filterIn(agents)),
  };
}

function keep(view: View): void {
  if (youngCount >= maxKept) {
    old = young;
    young = new Map();
    youngCount = 0;
  }
  const ofScope = young.get(view.scope) ?? new Map<string | undefined, View>();
  young.set(view.scope, ofScope.set(view.agents, view));
  youngCount += 1;
}

/** The view after the given parts have been changed; undefined if nothing is limited. */
export function withParts(view: View | undefined, { scope, agents }: ViewParts): View | undefined {
  return viewOf(
    scope === undefined ? view?.scope : JSON.stringify(scope),
    agents === undefined ? view?.agents : JSON.stringify(agents),
  );
}

/**
 * Whether a connection gets an event. All code that sends events uses this predicate, and `POST /events` for what a token may report.
 * @param agentId the agent of the event; undefined for a heartbeat, which every connection gets
 */
export function maySee(view: View | undefined, agentId: string | undefined): boolean {
  return view === undefined || agentId === undefined || view.inForce.matches(agentId);
}

/** Whether two views have the same parts. */
export function isSameView(one: View | undefined, other: View | undefined): boolean {
  return one?.scope === other?.scope && one?.agents === other?.agents;
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
  return patterns === undefined ? everything : filterOf(listIn(patterns).filter(isPattern));
}

/** A list in JSON text. What only another version of this service could have written matches nothing. */
function listIn(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
