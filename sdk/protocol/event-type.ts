// What a file of event-types/ defines: the facts of one type, as plain data, so that clients carry no schemas for it.

/** What a field holds: an id, any text, a finite number, milliseconds since the Unix epoch, or one of these texts. */
export type FieldKind = 'id' | 'string' | 'number' | 'timestamp' | readonly string[];

/** The fields of a payload, in the order in which they stand in messages. */
type Fields = Readonly<Record<string, FieldKind>>;

/** The facts of an event type. All of them are stored or sent, and must never change. */
export interface EventTypeDefinition {
  /** Of the event on the bus and of the message to dashboards: `<of what>:<what>`. */
  readonly type: `${string}:${string}`;
  /**
   * Each event is an agent's, and of some time. Its ids, in their order, are the key of its register, which keeps the
   * newest event: as long as the service keeps sessions if there is a `sessionId`, else as long as agents.
   */
  readonly fields: Fields & { readonly agentId: 'id'; readonly timestamp: 'timestamp' };
  /** The field that says which of two events of the same time stays: the one with the greater text. */
  readonly value: string;
  /**
   * Its list in snapshots, and its map in clients: a plural, whose singular is what the sort keys of its registers
   * begin with in the table.
   */
  readonly list: `${string}s`;
}

/** The names of its ids. */
export type IdNameOf<Definition extends EventTypeDefinition> = {
  [Name in keyof Definition['fields']]: Definition['fields'][Name] extends 'id' ? Name : never;
}[keyof Definition['fields']];

/** Defines an event type: checks at compile time that its value is a field of it. */
export function defineEventType<const Definition extends EventTypeDefinition>(
  definition: Definition & {
    readonly value: Exclude<keyof Definition['fields'], IdNameOf<Definition> | 'timestamp'>;
  },
): Definition {
  return definition;
}

/** What a field holds that is of the kind. */
export type ValueOf<Kind> = Kind extends readonly (infer Text)[]
  ? Text
  : Kind extends 'number' | 'timestamp'
    ? number
    : string;
