// Generates sdk/vectors, with which the publishers in all languages are tested.
import { invalidEvents } from './invalid-events';
import { validEvents } from './valid-events';

/**
 * The valid events in the repository. Tests make a thousand with `validEvents`: as a file, they would have half a megabyte,
 * all of which changes with a new field or a new event type.
 */
const kept = { count: 60, seed: 1 } as const;

/** The texts of sdk/vectors, by path in the project. */
export function vectorFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['sdk/vectors/valid-events.json', linesOf(validEvents(kept.count, kept.seed))],
    ['sdk/vectors/invalid-events.json', linesOf(invalidEvents())],
  ]);
}

/** A list as JSON text, each element in a line. Only ASCII, because many of the characters would disturb readers and editors. */
export function linesOf(list: readonly unknown[]): string {
  return `[\n${list.map((one) => asciiOf(JSON.stringify(one))).join(',\n')}\n]\n`;
}

function asciiOf(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
