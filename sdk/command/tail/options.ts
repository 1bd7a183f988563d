// Parses the options of `tail`.
import { isPattern, maxPatterns, maxPatternsBytes } from '../../protocol/agent-patterns';
import { parseArguments, UsageError } from '../arguments';

export const help = `Prints what agents report, until Ctrl-C: first the current status of each agent, then each event as it happens.

Usage: mission-control-realtime tail [options]
       npm run -s tail -- [options]                   in the project itself

  --agent PATTERN  an agent id, or a prefix that ends in *; may be repeated  default: all that the user may see
  --since TIME     first what sessions have reported in this time, and the status of each agent that has reported, e.g.
                   90s, 10m, 2h or 1d; 0s: only what is new                  default: the status of each agent
  --json           prints each event as one line of JSON, {"type","payload"}, as the service sends it
  --url URL        the WebSocket of the service                              default: ws://localhost:3000
  --help

The environment variable MISSION_CONTROL_TOKEN has the token of the user. Without it, the command asks a local stack
for one. Changes of the connection are printed on stderr.

Exit codes: 0 if nobody reads the output any more, as with "| head -1"; 1 if the server refuses the token; 2 if an option
or the token is missing or wrong; 130 after Ctrl-C; 143 after SIGTERM.`;

export interface TailOptions {
  /** The patterns of the agents to print; undefined: all. */
  readonly agents: readonly string[] | undefined;
  /** How old the events may be that are printed first; undefined: the current status of each agent, however old. */
  readonly sinceMilliseconds: number | undefined;
  readonly isJson: boolean;
  readonly url: string;
}

/**
 * @param args the arguments after `tail`
 * @returns undefined for `--help`
 * @throws {UsageError} if an option is not valid
 */
export function parseOptions(args: readonly string[]): TailOptions | undefined {
  const given = parseArguments(args, {
    agent: 'texts',
    since: 'text',
    json: 'flag',
    url: 'text',
    help: 'flag',
  });
  if (given.flag('help')) return undefined;
  if (given.positionals.length > 0) {
    throw new UsageError("tail takes options only. Quote a pattern: --agent 'team-a/*'.");
  }
  const since = given.text('since');
  return {
    agents: parseAgents(given.texts('agent')),
    sinceMilliseconds: since === undefined ? undefined : parseTime(since),
    isJson: given.flag('json'),
    url: parseUrl(given.text('url') ?? 'ws://localhost:3000'),
  };
}

function parseAgents(patterns: readonly string[]): readonly string[] | undefined {
  if (!patterns.every(isPattern)) {
    throw new UsageError('--agent must be an agent id, or a prefix that ends in *.');
  }
  const bytes = Buffer.byteLength(JSON.stringify(patterns));
  if (patterns.length > maxPatterns || bytes > maxPatternsBytes) {
    throw new UsageError(
      `There may be at most ${maxPatterns} patterns, in at most ${maxPatternsBytes} bytes of JSON. Use prefixes that end in *.`,
    );
  }
  return patterns.length === 0 ? undefined : patterns;
}

const millisecondsOf: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function parseTime(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (millisecondsOf[unit] ?? NaN);
  if (Number.isFinite(milliseconds)) return milliseconds;
  throw new UsageError('--since must be a whole number with s, m, h or d, e.g. 10m.');
}

function parseUrl(text: string): string {
  // A URL with a user name or a password would send them to the server.
  if (/^wss?:\/\/[^/#@]+([/?][^#]*)?$/.test(text) && URL.canParse(text)) return text;
  throw new UsageError(
    '--url must be the URL of a WebSocket, e.g. wss://example.com/live or ws://localhost:3000.',
  );
}
