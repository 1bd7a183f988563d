// Generates the definitions of the protocol for the Python package: event types, limits, and the characters that nobody sees.
import { aliveForLimits, eventTypeDefinitions, maxEventMessageBytes } from '#sdk/protocol';
import type { FieldKind } from '#sdk/protocol/event-type';
import { visible } from '#sdk/protocol/events';
import { maxClockSkewMilliseconds, maxIdBytes } from '#sdk/protocol/limits';

const file = 'sdk/python/src/mission_control_realtime/_protocol/definitions.py';

/** The text of the file in the Python package, by its path in the project. */
export function pythonDefinitions(): ReadonlyMap<string, string> {
  return new Map([[file, definitions()]]);
}

function definitions(): string {
  return `"""Event types and limits of the protocol. Made by \`npm run build:docs\` from sdk/protocol."""

from __future__ import annotations

from collections.abc import Mapping

FieldKind = str | tuple[str, ...]
"""The kind of a field: \`id\`, \`string\`, \`number\` or \`timestamp\`, or one of the listed texts."""

EVENT_TYPES: Mapping[str, Mapping[str, FieldKind]] = {
${eventTypeDefinitions.map(eventType).join('\n')}
}
"""The fields of each event type, in the order that they have in messages."""

WHEN_SILENT: Mapping[str, tuple[str, str]] = {
${eventTypeDefinitions.flatMap(whenSilent).join('\n')}
}
"""The event types that can have a time to live: a field, and its value when there has been no report in that time."""

ALIVE_FOR_SECONDS = (${aliveForLimits.min}, ${aliveForLimits.max})
"""The shortest and the longest time to live, in seconds."""

MAX_ID_BYTES = ${maxIdBytes}
MAX_EVENT_MESSAGE_BYTES = ${maxEventMessageBytes}
MAX_CLOCK_SKEW_MILLISECONDS = ${maxClockSkewMilliseconds}

INVISIBLE_CHARACTERS = (
${invisibleRanges()
  .map(([first, last]) => `    (${hex(first)}, ${hex(last)}),`)
  .join('\n')}
)
"""First and last code points of the characters that are blank or invisible, in ascending order."""
`;
}

function eventType({ type, fields }: (typeof eventTypeDefinitions)[number]): string {
  const lines = Object.entries(fields).map(
    ([name, kind]) => `        ${quoted(name)}: ${kindOf(kind)},`,
  );
  return [`    ${quoted(type)}: {`, ...lines, '    },'].join('\n');
}

function kindOf(kind: FieldKind): string {
  return typeof kind === 'string' ? quoted(kind) : tupleOf(kind);
}

function whenSilent(definition: (typeof eventTypeDefinitions)[number]): readonly string[] {
  const { type, value, whenSilent: silent } = definition;
  return silent === undefined ? [] : [`    ${quoted(type)}: ${tupleOf([value, silent])},`];
}

/** A tuple of one element needs a comma. */
function tupleOf(texts: readonly string[]): string {
  return `(${texts.map(quoted).join(', ')}${texts.length === 1 ? ',' : ''})`;
}

/** The names of types, fields and values are ASCII, so their texts are the same in JSON and in Python. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function hex(codePoint: number): string {
  return `0x${codePoint.toString(16).toUpperCase()}`;
}

/** The characters that `visible` does not match. Surrogates are no characters. */
function invisibleRanges(): readonly (readonly [first: number, last: number])[] {
  const ranges: [number, number][] = [];
  for (let point = 0; point <= 0x10ffff; point += 1) {
    if (visible.test(String.fromCodePoint(point))) continue;
    const range = ranges.at(-1);
    if (range?.[1] === point - 1) range[1] = point;
    else ranges.push([point, point]);
  }
  return ranges;
}
