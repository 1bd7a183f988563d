// Checks an event that a backend has reported, whether on the event bus or over HTTPS: both get the same faults.
import {
  maxClockSkewMilliseconds,
  parseReport,
  type Fault,
  type Parsed,
  type Report,
} from '#sdk/protocol';
import type { ReportedEvent } from '../reported-event';
import type { SourceCheck } from './bound-sources';

/** What is known when an event is checked. */
export interface Circumstances {
  /** The `source` of the event. */
  readonly source?: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Default: every source may report every agent. */
  readonly checkSource?: SourceCheck | undefined;
}

/**
 * Checks an event of one of the event types. The path of a fault begins with a key of the payload; it is `payload` for the
 * payload itself, and `type` for an unknown event type.
 */
export function checkEvent(
  { type, payload }: Pick<ReportedEvent, 'type' | 'payload'>,
  circumstances: Circumstances,
): Parsed<Report> {
  const parsed = parseReport(type, payload);
  if (!parsed.ok) return { ok: false, faults: parsed.faults.map(inPayload) };
  const refusal = refusalOf(parsed.value, circumstances);
  return refusal === undefined ? parsed : { ok: false, faults: [refusal] };
}

/** Why a valid event is rejected nevertheless: because of its time, or of its source. */
export function refusalOf(
  { event: { payload } }: Report,
  { source, now, checkSource }: Circumstances,
): Fault | undefined {
  const { agentId, timestamp } = payload;
  if (timestamp > now + maxClockSkewMilliseconds) return tooFarAhead;
  const problem = checkSource?.(source, agentId);
  return problem === undefined ? undefined : { path: '', problem };
}

const tooFarAhead: Fault = {
  path: 'timestamp',
  problem: 'must be at most 5 minutes ahead of the time',
};

function inPayload({ path, problem }: Fault): Fault {
  return { path: path === '' ? 'payload' : path, problem };
}
