// Formats log lines for the terminal: only warnings, errors and plain text on stderr, each in one short line.
import { visibleText } from '#sdk/command/tail/visible-text';
import type { LogLine } from '../support/log-line';

/**
 * Formats a log line, e.g. as `WARN authorizer: token refused, code=token_expired`.
 * @returns undefined for lines that only `--verbose` shows: information, metrics, and plain text on stdout
 */
export function compactLine({ source, stream, text }: LogLine): string | undefined {
  const entry = parseEntry(text);
  if (entry === undefined) {
    return stream === 'stderr' && text.trim() !== '' ? `${source}: ${text}` : undefined;
  }
  const { level, message, service, ...fields } = entry;
  if (typeof level !== 'string' || !shownLevels.has(level)) return undefined;
  if (isObject(message)) return `${level} ${source}: ${thrown(message)}`;
  const details = Object.entries(fields)
    .filter(([name]) => !hiddenFields.has(name))
    .map(([name, value]) => `, ${name}=${brief(value)}`);
  return `${level} ${brief(service ?? source)}: ${brief(message ?? '')}${details.join('')}`;
}

const shownLevels = new Set(['WARN', 'ERROR', 'CRITICAL', 'FATAL']);

/** Fields that describe the invocation. They are not shown. */
const hiddenFields = new Set(['timestamp', 'xray_trace_id']);

/** Formats what a function has thrown: an error, or the authorizer's refusal of a handshake. */
function thrown({ errorType, errorMessage, ...fields }: Record<string, unknown>): string {
  if (errorMessage !== undefined) return `${brief(errorType ?? 'Error')}: ${brief(errorMessage)}`;
  const { code, place } = fields;
  const why = typeof code === 'string' ? explanations.get(code) : undefined;
  return [
    `handshake refused, code=${brief(code ?? '')}`,
    ...(place === undefined ? [] : [`place=${brief(place)}`]),
    ...(why === undefined ? [] : [why]),
  ].join(', ');
}

/** What to do about refusals that only occur because of an option of `npm start`. */
const explanations = new Map([
  [
    'scope_missing',
    "the token needs the claim that --scope-claim names, e.g. for --scope-claim agents: npm run -s token -- --claim agents='team-a/*'",
  ],
  [
    'scope_invalid',
    'the claim of --scope-claim must be agent ids, or prefixes that end in *: as a JSON list, or with spaces between them',
  ],
]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const maxValueLength = 300;

function brief(value: unknown): string {
  const text = textOf(value);
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
}

function textOf(value: unknown): string {
  // Ids of agents and users may contain what a terminal interprets.
  if (typeof value === 'string') return visibleText(value);
  if (typeof value === 'object' && value !== null && 'name' in value && 'message' in value) {
    return `${String(value.name)}: ${String(value.message)}`;
  }
  return JSON.stringify(value);
}

function parseEntry(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
