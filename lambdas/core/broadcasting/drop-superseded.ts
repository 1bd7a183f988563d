// Drops heartbeats and superseded events from the messages of a retry.
import type { Log } from '../log';
import type { StateStore } from './ports';
import { eventOf, isEvent, type OutgoingMessage } from '../fan-out/outgoing-message';

/**
 * Drops events whose register holds a newer event by now, because the newer event has its own fan-out. Drops heartbeats,
 * because the next one replaces them. Never rejects: if the registers cannot be read, no event is dropped.
 */
export type DropSuperseded = (
  messages: readonly OutgoingMessage[],
) => Promise<readonly OutgoingMessage[]>;

export function createDropSuperseded(dependencies: {
  readonly state: Pick<StateStore, 'areSuperseded'>;
  readonly log: Log;
}): DropSuperseded {
  const { state, log } = dependencies;

  return async (messages) => {
    const events = messages.filter(isEvent);
    const known = events.flatMap((message) => {
      const event = eventOf(message);
      return event === undefined ? [] : [{ message, event }];
    });
    if (known.length === 0) return events;
    try {
      const areSuperseded = await state.areSuperseded(known.map(({ event }) => event));
      const superseded = new Set(
        known.filter((_, index) => areSuperseded[index]).map(({ message }) => message),
      );
      return events.filter((message) => !superseded.has(message));
    } catch (error) {
      log.warn('superseded messages not known', { error });
      return events;
    }
  };
}
