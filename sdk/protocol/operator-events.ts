// Defines the events of operators. They have an event source of their own, because not every backend may send them.
import * as v from 'valibot';
import { utf8Length } from './limits';
import { objectOf, parse, type Parsed } from './parse';

/** The maximum size of the reason, in bytes of UTF-8. */
const maxReasonBytes = 256;

const text = (maxBytes: number) => {
  const problem = `must be a non-empty string of at most ${maxBytes} bytes`;
  return v.pipe(
    v.string(problem),
    v.nonEmpty(problem),
    v.check((value) => utf8Length(value) <= maxBytes, problem),
    // JSON Schema can limit only the number of characters, each of which has at least one byte.
    v.metadata({ description: `1 to ${maxBytes} bytes of UTF-8.`, maxLength: maxBytes }),
  );
};

/** The schema of the detail of `user:disconnect`. */
export const userDisconnectSchema = objectOf({
  /** The `sub` of the user's tokens; the same limit applies to it. */
  userId: text(255),
  reason: text(maxReasonBytes),
});

/** The detail type of the event that closes all connections of a user. */
export const userDisconnectType = 'user:disconnect';

/** Closes all connections of a user. Their clients get `reason` in a `connection:closing` message. */
export type UserDisconnect = v.InferOutput<typeof userDisconnectSchema>;

/** Checks an event of an operator. */
export function parseUserDisconnect(type: string, detail: unknown): Parsed<UserDisconnect> {
  if (type === userDisconnectType) return parse(userDisconnectSchema, detail);
  return { ok: false, faults: [{ path: 'type', problem: `must be ${userDisconnectType}` }] };
}
