// Checks what backends report: an event, and how long its agent is alive without a further report.
import * as v from 'valibot';
import {
  definitionOf,
  eventTypeDefinitions,
  type AnyPayload,
  type EventMessage,
  type EventType,
} from './event-message';
import { eventTypes, payloadSchemas } from './events';
import { maxEventMessageBytes, utf8Length } from './limits';
import { objectOf, parse, type Parsed } from './parse';
import { versionIn } from './registers';

/** What a backend reports. */
export interface Report {
  /** The event, in the form of its message. */
  readonly event: EventMessage;
  /**
   * The agent's time to live, from the time at which the event bus accepts the report: if there is no further report
   * until then, the service reports the agent as `whenSilent` of the event type says. Absent if it has none.
   */
  readonly aliveForSeconds?: number;
}

/** The limits of a time to live, in seconds: it cannot be shorter than reports take, and heartbeats look for silent agents. */
export const aliveForLimits = { min: 10, max: 86_400 } as const;

const { min, max } = aliveForLimits;
const aliveProblem = `must be an integer from ${min} to ${max}`;
const aliveForSeconds = v.pipe(
  v.number(aliveProblem),
  // One check, so that there is one fault.
  v.check((value) => Number.isInteger(value) && value >= min && value <= max, aliveProblem),
  v.metadata({
    description:
      'The time to live, in seconds: without a further report until then, the agent counts as silent.',
    ...{ type: 'integer', minimum: min, maximum: max },
  }),
);

/** The schema of each event type on the bus: the payload of its message, and a time to live if the type can have one. */
export const reportSchemas: Readonly<Record<EventType, ReportSchema>> = Object.fromEntries(
  eventTypeDefinitions.map(({ type, whenSilent }) => {
    const schema: ReportSchema = payloadSchemas[type];
    return [type, whenSilent === undefined ? schema : withTimeToLive(schema)];
  }),
) as Record<EventType, ReportSchema>;

type ReportSchema = v.GenericSchema<unknown, AnyPayload & { readonly aliveForSeconds?: number }>;

function withTimeToLive(schema: ReportSchema): ReportSchema {
  const { entries } = schema as unknown as { readonly entries: v.ObjectEntries };
  const extended = objectOf({ ...entries, aliveForSeconds: v.optional(aliveForSeconds) });
  return extended as unknown as ReportSchema;
}

/**
 * Checks what a backend has reported. The message of the event may have at most {@link maxEventMessageBytes}.
 * @returns the event with only the documented keys, in the documented order, and the time to live; or all faults
 */
export function parseReport(type: string, detail: unknown): Parsed<Report> {
  if (!isEventType(type)) {
    const problem = `must be one of ${eventTypes.join(', ')}`;
    return { ok: false, faults: [{ path: 'type', problem }] };
  }
  const parsed = parse(reportSchemas[type], detail);
  if (!parsed.ok) return parsed;
  const report = reportOf(type, parsed.value);
  const bytes = utf8Length(JSON.stringify(report.event));
  if (bytes <= maxEventMessageBytes) return { ok: true, value: report };
  const problem = `must make a message of at most ${maxEventMessageBytes} bytes, not of ${bytes}`;
  return { ok: false, faults: [{ path: '', problem }] };
}

/** Checks an event as {@link parseReport} does, and returns it without its time to live. */
export function parseEvent(type: string, detail: unknown): Parsed<EventMessage> {
  const parsed = parseReport(type, detail);
  return parsed.ok ? { ok: true, value: parsed.value.event } : parsed;
}

/** Returns the detail with which a report is put on the event bus. */
export function detailOf({ event: { payload }, aliveForSeconds }: Report): object {
  return aliveForSeconds === undefined ? payload : { ...payload, aliveForSeconds };
}

function reportOf(type: EventType, detail: v.InferOutput<ReportSchema>): Report {
  const definition = definitionOf(type);
  if (definition.whenSilent === undefined)
    return { event: { type, payload: detail } as EventMessage };
  const { aliveForSeconds: seconds, ...payload } = detail;
  const event = { type, payload } as EventMessage;
  // An agent that has said that it is offline need not report.
  const isSilent = versionIn(definition, payload).value === definition.whenSilent;
  return seconds === undefined || isSilent ? { event } : { event, aliveForSeconds: seconds };
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(reportSchemas, type);
}
