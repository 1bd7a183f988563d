// Events of all types, and the messages that are sent for them: derived from the definitions, for both ends.
import type { EventTypeDefinition, IdNameOf, ValueOf } from './event-type';
import * as definitions from './event-types';

/** The definition of one of the event types there are. */
export type Definition = (typeof definitions)[keyof typeof definitions];

/** The type of an event, which EventBridge calls its detail type. */
export type EventType = Definition['type'];

/** The definition of an event type. */
type DefinitionOf<Type extends EventType> = Extract<Definition, { readonly type: Type }>;

type FieldsOf<Type extends EventType> = DefinitionOf<Type>['fields'];

/** The payload of an event of that type. */
export type Payload<Type extends EventType> = {
  [One in Type]: { -readonly [Name in keyof FieldsOf<One>]: ValueOf<FieldsOf<One>[Name]> };
}[Type];

/** The payload of any event. */
export type AnyPayload = Payload<EventType>;

/** An event as the message that is sent for it. */
export type EventMessage = {
  [Type in EventType]: { readonly type: Type; readonly payload: Payload<Type> };
}[EventType];

/** The lists of a snapshot: of each event type the payloads. */
export type SnapshotLists = {
  -readonly [One in Definition as One['list']]: Payload<One['type']>[];
};

/** The names of all ids that are in the key of some register. */
export type IdName = { [Type in EventType]: IdNameOf<DefinitionOf<Type>> }[EventType];

/** The definition of some event type. */
export type AnyDefinition = EventTypeDefinition & Pick<Definition, 'type' | 'list'>;

/** The definitions of all event types, in the order of their names: namespaces are sorted. */
export const eventTypeDefinitions: readonly AnyDefinition[] = Object.values(definitions);

/** @returns the definition of that type; undefined if there is no such event type */
export function definitionOf(type: EventType): AnyDefinition;
export function definitionOf(type: unknown): AnyDefinition | undefined;
export function definitionOf(type: unknown) {
  return eventTypeDefinitions.find((one) => one.type === type);
}

/** Whether its registers are those of sessions, which are kept for a shorter time than what is known of agents. */
export function isOfSession(type: EventType): boolean {
  return 'sessionId' in definitionOf(type).fields;
}

/** The names of the ids in the key of its registers, in the order of its fields: `agentId` is the first. */
export function keyOf(type: EventType): IdName[] {
  const { fields } = definitionOf(type);
  return Object.keys(fields).filter((name) => fields[name] === 'id') as IdName[];
}
