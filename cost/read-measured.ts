// Reads what `npm run verify -- --output FILE` has measured of a service.
import { readFileSync } from 'node:fs';
import { UsageError } from '#sdk/command/arguments';
import type { Load } from './model/load';

export interface MeasuredLoad {
  /** What takes the place of assumptions. */
  readonly values: Partial<Load>;
  /** A sentence that names these values and their source. */
  readonly note: string;
}

/** What can be measured, with its limits and its words. The limits are those of the options. */
const quantities = [
  ['agents', 0, 100_000, 'agents in a snapshot'],
  ['sessions', 0, 100_000, 'sessions in a snapshot'],
  ['messageBytes', 1, 32_640, 'bytes of a message'],
  ['heartbeatSeconds', 1, 540, 'seconds between two heartbeats'],
] as const satisfies readonly (readonly [keyof Load, number, number, string])[];

/**
 * @param file a path, for the error
 * @throws {UsageError} if the file cannot be read, or was not written by `npm run verify`
 */
export function readMeasured(file: string): MeasuredLoad {
  const { startedAt, url, measured } = parsed(file);
  if (typeof measured !== 'object' || measured === null) throw notOurs(file, 'measured');
  if (typeof startedAt !== 'string') throw notOurs(file, 'startedAt');
  if (typeof url !== 'string') throw notOurs(file, 'url');
  const values: Partial<Record<(typeof quantities)[number][0], number>> = {};
  const words: string[] = [];
  for (const [name, least, most, what] of quantities) {
    const value = (measured as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value)) throw notOurs(file, name);
    const number = value as number;
    if (number < least || number > most) throw notOurs(file, name);
    values[name] = number;
    words.push(`${number} ${what}`);
  }
  if (words.length === 0) throw new UsageError(`${file} has nothing that was measured.`);
  const note = `Measured at ${url}, ${startedAt}: ${words.join(', ')}. All else is assumed, or given by options.`;
  return { values, note };
}

function parsed(file: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--measured cannot be read: ${(error as Error).message}`);
  }
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    throw notOurs(file, 'JSON');
  }
}

function notOurs(file: string, what: string): UsageError {
  return new UsageError(`${file} is not what npm run verify -- --output writes: see ${what}.`);
}
