// What an operator orders on the event bus, under a source of its own: not everybody who reports agents may.
import * as v from 'valibot';
import { utf8Length } from './limits';
import { objectOf, parse, type Parsed } from './parse';

/** Bytes of UTF-8 that the reason may have, which the user's clients are told. */
const maxReasonBytes = 256;

const text = (maxBytes: number) => {
  const problem = `must be a non-empty string of at most ${maxBytes} bytes`;
  return v.pipe(
    v.string(problem),
    v.nonEmpty(problem),
    v.check((value) => utf8Length(value) <= maxBytes, problem),
    // For the JSON Schema, which can count characters alone: each has a byte or more.
    v.metadata({ description: `1 to ${maxBytes} bytes of UTF-8.`, maxLength: maxBytes }),
  );
};

/** What the detail of a `user:disconnect` must be. */
export const userDisconnectSchema = objectOf({
  /** As long as the `sub` of a token may be. */
  userId: text(255),
  reason: text(maxReasonBytes),
});

/** The detail type of the event that closes all connections of a user. */
export const userDisconnectType = 'user:disconnect';

/** Closes all connections of a user; each is told `reason` before. */
export type UserDisconnect = v.InferOutput<typeof userDisconnectSchema>;

/** Checks what an operator ordered. */
export function parseUserDisconnect(type: string, detail: unknown): Parsed<UserDisconnect> {
  if (type === userDisconnectType) return parse(userDisconnectSchema, detail);
  return { ok: false, faults: [{ path: 'type', problem: `must be ${userDisconnectType}` }] };
}
