// Converts the outcomes of events into the status and the body of an answer.
import type { ReportOutcome } from '#core/reporting/report-events';
import type { Fault } from '#sdk/protocol';

/** What the answer says of one event. */
interface Result {
  readonly status: 202 | 400 | 403 | 503;
  readonly code?: 'event_invalid' | 'agent_out_of_scope' | 'unavailable';
  readonly faults?: readonly Fault[];
}

export function resultOf(outcome: ReportOutcome): Result {
  switch (outcome.outcome) {
    case 'accepted':
      return { status: 202 };
    case 'invalid':
      return { status: 400, code: 'event_invalid', faults: outcome.faults };
    case 'out_of_scope':
      return { status: 403, code: 'agent_out_of_scope' };
    case 'unsent':
      return { status: 503, code: 'unavailable' };
  }
}

/** The status that all events have, or 207 if they differ. */
export function statusOf(results: readonly Result[]): number {
  const [first, ...others] = new Set(results.map(({ status }) => status));
  return first === undefined || others.length > 0 ? 207 : first;
}

/** The body of the answer. A single event needs no list. */
export function bodyOf(results: readonly Result[], isList: boolean): object {
  if (results.every(({ status }) => status === 202)) return { accepted: results.length };
  if (isList) return { results };
  const [{ code, faults } = {}] = results;
  return { code, ...(faults && { faults }) };
}
