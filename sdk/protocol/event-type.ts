// Declares the form of the definitions in event-types/: plain data, so that clients do not need schemas.

/** The kind of a field: an id, any text, a finite number, milliseconds since the Unix epoch, or one of the listed texts. */
export type FieldKind = 'id' | 'string' | 'number' | 'timestamp' | readonly string[];

/** The fields of a payload, in the order that they have in messages. */
type Fields = Readonly<Record<string, FieldKind>>;

/** The definition of an event type. It must never change, because all of it affects what is stored or sent. */
export interface EventTypeDefinition {
  /** The type of the event on the bus and of its message, e.g. `agent:status`. */
  readonly type: `${string}:${string}`;
  /**
   * The fields; `agentId` and `timestamp` are required. The ids, in their order, are the key of the event's register. A
   * register is kept for as long as sessions if there is a `sessionId`, and otherwise for as long as agents.
   */
  readonly fields: Fields & { readonly agentId: 'id'; readonly timestamp: 'timestamp' };
  /** The field that decides between two events with the same timestamp: the greater text wins. */
  readonly value: string;
  /**
   * The name of its list in snapshots and of its map in clients: a plural. In the table, the sort keys of its registers
   * begin with the singular.
   */
  readonly list: `${string}s`;
  /**
   * The `value` of an agent that has not reported within its time to live. Only events of types that have it can carry
   * `aliveForSeconds`. Default: the newest event stays, however old it is.
   */
  readonly whenSilent?: string;
}

/** The names of the ids of an event type. */
export type IdNameOf<Definition extends EventTypeDefinition> = {
  [Name in keyof Definition['fields']]: Definition['fields'][Name] extends 'id' ? Name : never;
}[keyof Definition['fields']];

/**
 * Returns the definition, after the compiler has checked that `value` names a field that is neither an id nor the timestamp, and
 * that `whenSilent` is one of its values.
 */
export function defineEventType<const Definition extends EventTypeDefinition>(
  definition: Definition & {
    readonly value: Exclude<keyof Definition['fields'], IdNameOf<Definition> | 'timestamp'>;
    readonly whenSilent?: ValueOf<Definition['fields'][Definition['value']]>;
  },
): Definition {
  return definition;
}

/** The TypeScript type of a field of this kind. */
export type ValueOf<Kind> = Kind extends readonly (infer Text)[]
  ? Text
  : Kind extends 'number' | 'timestamp'
    ? number
    : string;
