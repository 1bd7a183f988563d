// Checks the events that a backend reports over HTTPS, and puts the valid ones on the event bus.
import type { Fault, Report } from '#sdk/protocol';
import type { SourceCheck } from '../broadcasting/bound-sources';
import { checkEvent } from '../broadcasting/check-event';
import type { Clock } from '../clock';
import { maySee, withParts, type View } from '../connections/view';
import type { Count } from '../count';
import type { EventBus } from './ports';

/** What became of an event. `unsent`: the bus did not accept it, and a later attempt may succeed. */
export type ReportOutcome =
  | { readonly outcome: 'accepted' | 'out_of_scope' | 'unsent' }
  | { readonly outcome: 'invalid'; readonly faults: readonly Fault[] };

/**
 * Reports events, each by itself: an event that is not accepted does not prevent the others.
 * @param events elements of a JSON document, which should be `{ type, payload }`
 * @param scope the patterns of the agents that the reporter may report; undefined if the service has no scopes
 * @returns the outcome of each event, in the given order
 */
export type ReportEvents = (
  events: readonly unknown[],
  scope: readonly string[] | undefined,
) => Promise<readonly ReportOutcome[]>;

type Checked = Exclude<ReportOutcome, { outcome: 'unsent' }> & { readonly report?: Report };

/**
 * @param dependencies
 * - `source`: the `source` that the events will have on the bus
 * - `checkSource`: as in `createBroadcast`, so that no event is accepted here and rejected there
 */
export function createReportEvents(dependencies: {
  readonly bus: EventBus;
  readonly source: string;
  readonly checkSource?: SourceCheck | undefined;
  readonly count: Count;
  readonly now: Clock;
}): ReportEvents {
  const { bus, source, checkSource, count, now } = dependencies;

  function check(element: unknown, view: View | undefined): Checked {
    const named = namedEvent(element);
    if ('faults' in named) return { outcome: 'invalid', faults: named.faults };
    const checked = checkEvent(named, { source, now: now(), checkSource });
    if (!checked.ok) return { outcome: 'invalid', faults: checked.faults };
    const { value: report } = checked;
    if (!maySee(view, report.event.payload.agentId)) return { outcome: 'out_of_scope' };
    return { outcome: 'accepted', report };
  }

  return async (events, scope) => {
    const view = withParts(undefined, { scope });
    const checked = events.map((element) => check(element, view));
    const valid = checked.flatMap(({ report }) => report ?? []);
    const isSent = valid.length === 0 ? [] : await bus.put(valid);
    const rejected = events.length - valid.length;
    const unsent = isSent.filter((sent) => !sent).length;
    if (rejected > 0) count('RejectedEvents', {}, rejected);
    if (unsent > 0) count('UnsentEvents', {}, unsent);
    let next = 0;
    return checked.map(({ report, ...outcome }): ReportOutcome => {
      if (report === undefined || isSent[next++] === true) return outcome;
      return { outcome: 'unsent' };
    });
  };
}

/** The type and the payload of an element; the faults if it does not have the form of an event. */
function namedEvent(
  element: unknown,
): { readonly type: string; readonly payload: unknown } | { readonly faults: readonly Fault[] } {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    return { faults: [{ path: '', problem: 'must be an object' }] };
  }
  const { type, payload } = element as { readonly type?: unknown; readonly payload?: unknown };
  if (typeof type === 'string' && payload !== undefined) return { type, payload };
  const faults: Fault[] = [];
  if (typeof type !== 'string') {
    faults.push({ path: 'type', problem: type === undefined ? 'is missing' : 'must be a string' });
  }
  if (payload === undefined) faults.push({ path: 'payload', problem: 'is missing' });
  return { faults };
}
