// Stores what backends report in registers, and notes what has been broadcast.
import {
  definitionOf,
  isOfSession,
  registerOf,
  versionOfEvent,
  type EventMessage,
  type Report,
} from '#sdk/protocol';
import type { Clock } from '../clock';
import type { Count } from '../count';
import type { Log } from '../log';
import type { ReportedEvent } from '../reported-event';
import { mapConcurrently, maxConcurrentRequests } from '../map-concurrently';
import type { StateStore, StorageTimes } from './ports';
import { newestPerRegister } from './reported-events';

/** How long a register is kept after its last event. */
export interface StateLifetimes {
  readonly agentDays: number;
  readonly sessionHours: number;
}

const hourMilliseconds = 60 * 60 * 1000;

/** What was stored. */
interface Stored {
  /** The events to send. */
  readonly fresh: readonly EventMessage[];
  /** The reports whose broadcast is to be completed. */
  readonly stored: readonly Report[];
}

export interface Registers {
  /**
   * Writes the newest event of each register. If it is stale, or has only prolonged the time to live, no event of the pack for
   * that register is sent. If the write fails, the events are sent.
   */
  store(reports: readonly Report[], reported: ReportedEvent): Promise<Stored>;
  /** Marks events as broadcast. Never rejects. */
  complete(reports: readonly Report[], eventId: string): Promise<void>;
}

export function createRegisters(dependencies: {
  readonly state: Pick<StateStore, 'put' | 'completeBroadcast' | 'requireBroadcast'>;
  readonly count: Count;
  readonly lifetimes: StateLifetimes;
  readonly now: Clock;
  readonly log: Log;
}): Registers {
  const { state, count, lifetimes, now, log } = dependencies;

  async function put(report: Report, { id, acceptedAt }: ReportedEvent, mustStore: boolean) {
    const { event, aliveForSeconds } = report;
    const times = timesOf(now(), lifetimeOf(event, lifetimes), acceptedAt);
    try {
      return await state.put(event, { ...times, aliveForSeconds, mustStore });
    } catch (error) {
      log.error('state not stored', { eventId: id, type: event.type, error });
      count('StateFailures');
      await requireBroadcast(event, id);
      return 'failed';
    }
  }

  /** The event is sent, but not stored: a later report must not prolong what the register holds instead. */
  async function requireBroadcast(event: EventMessage, eventId: string): Promise<void> {
    if (definitionOf(event.type).whenSilent === undefined) return;
    try {
      await state.requireBroadcast(event);
    } catch (error) {
      log.error('next report not requested', { eventId, type: event.type, error });
    }
  }

  async function complete({ event }: Report, eventId: string): Promise<void> {
    try {
      await state.completeBroadcast(event);
    } catch (error) {
      // If the backend repeats the event, it is broadcast again, which is harmless.
      log.warn('completion not noted', { eventId, type: event.type, error });
    }
  }

  return {
    async store(reports, reported) {
      const newest = newestPerRegister(reports);
      const changing = registersWithChanges(reports);
      const outcomes = await mapConcurrently(maxConcurrentRequests, newest, (report) =>
        put(report, reported, changing.has(registerOf(report.event))),
      );
      const reportsWith = (outcome: (typeof outcomes)[number]) =>
        newest.filter((_, index) => outcomes[index] === outcome);
      const stale = reportsWith('stale').map(({ event }) => event);
      countStale(stale, reported.id, count);
      const prolonged = reportsWith('prolonged').map(({ event }) => event);
      const unsent = new Set([...stale, ...prolonged].map(registerOf));
      return {
        fresh: reports.map(({ event }) => event).filter((event) => !unsent.has(registerOf(event))),
        stored: reportsWith('stored'),
      };
    },

    async complete(reports, eventId) {
      await mapConcurrently(maxConcurrentRequests, reports, (report) => complete(report, eventId));
    },
  };
}

/** The registers of which a pack has several values: the earlier ones must be sent, even if the last one is held already. */
function registersWithChanges(reports: readonly Report[]): ReadonlySet<string> {
  const values = new Map<string, string>();
  const changing = new Set<string>();
  for (const { event } of reports) {
    const [register, { value }] = [registerOf(event), versionOfEvent(event)];
    if ((values.get(register) ?? value) !== value) changing.add(register);
    values.set(register, value);
  }
  return changing;
}

/** How long the register of an event is kept, in milliseconds. */
function lifetimeOf({ type }: EventMessage, { agentDays, sessionHours }: StateLifetimes): number {
  return (isOfSession(type) ? sessionHours : agentDays * 24) * hourMilliseconds;
}

/**
 * The times of a register that is written at `updatedAt`.
 * @param acceptedAt when the bus accepted the event; it counts as `updatedAt` if it is later, because a backend may have set it
 */
function timesOf(updatedAt: number, lifetime: number, acceptedAt = updatedAt): StorageTimes {
  const aliveFrom = Math.min(acceptedAt, updatedAt);
  return { updatedAt, expiresAt: updatedAt + lifetime, aliveFrom };
}

function countStale(stale: readonly EventMessage[], eventId: string, count: Count): void {
  for (const type of new Set(stale.map((event) => event.type))) {
    const events = stale.filter((event) => event.type === type).length;
    count('StaleEvents', { eventId, type }, events);
  }
}
