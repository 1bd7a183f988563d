// The invalid events of sdk/vectors, as rows of a table: the same are rejected on the event bus, over HTTPS and by publishers.
import vectors from '../../../sdk/vectors/invalid-events.json';

/** Invalid payloads by event type, each with the path of its first fault. */
export const invalidEvents: [type: string, payload: unknown, path: string][] = vectors.map(
  ({ type, payload, faults }) => [type, payload, faults[0]?.path ?? 'The vector has no fault.'],
);
