// Derives the types of events and of their messages from the definitions of the event types.
import type { EventTypeDefinition, IdNameOf, ValueOf } from './event-type';
import * as definitions from './event-types';

/** The definition of one of the existing event types. */
export type Definition = (typeof definitions)[keyof typeof definitions];

/** The type of an event, which EventBridge calls its detail type. */
export type EventType = Definition['type'];

/** The definition of the given event type. */
type DefinitionOf<Type extends EventType> = Extract<Definition, { readonly type: Type }>;

type FieldsOf<Type extends EventType> = DefinitionOf<Type>['fields'];

/** The payload of an event of the given type. */
export type Payload<Type extends EventType> = {
  [One in Type]: { -readonly [Name in keyof FieldsOf<One>]: ValueOf<FieldsOf<One>[Name]> };
}[Type];

/** What the report of an event can have in addition to the payload: `aliveForSeconds`, an integer from 10 to 86,400. */
export type TimeToLive<Type extends EventType> = {
  [One in Type]: DefinitionOf<One> extends { readonly whenSilent: string }
    ? { readonly aliveForSeconds?: number | undefined }
    : object;
}[Type];

/** The payload of any event. */
export type AnyPayload = Payload<EventType>;

/** An event, in the form of the message that is sent for it. */
export type EventMessage = {
  [Type in EventType]: { readonly type: Type; readonly payload: Payload<Type> };
}[EventType];

/** The lists of a snapshot: for each event type, the payloads. */
export type SnapshotLists = {
  -readonly [One in Definition as One['list']]: Payload<One['type']>[];
};

/** The names of the ids in the keys of registers. */
export type IdName = { [Type in EventType]: IdNameOf<DefinitionOf<Type>> }[EventType];

/** The definition of any event type, without its literal types. */
export type AnyDefinition = EventTypeDefinition & Pick<Definition, 'type' | 'list'>;

/** The definitions of all event types, sorted by the names of their exports, because the keys of a namespace are sorted. */
export const eventTypeDefinitions: readonly AnyDefinition[] = Object.values(definitions);

/** Returns the definition of an event type; undefined if there is no such event type. */
export function definitionOf(type: EventType): AnyDefinition;
export function definitionOf(type: unknown): AnyDefinition | undefined;
export function definitionOf(type: unknown) {
  return eventTypeDefinitions.find((one) => one.type === type);
}

/** Whether an event type has registers for each session. They are kept for a shorter time than those of agents. */
export function isOfSession(type: EventType): boolean {
  return 'sessionId' in definitionOf(type).fields;
}

/** Returns the names of the ids in the keys of the registers of an event type, in the order of its fields. */
export function keyOf(type: EventType): IdName[] {
  const { fields } = definitionOf(type);
  return Object.keys(fields).filter((name) => fields[name] === 'id') as IdName[];
}
