// Parses the options of the command.
import { parseArguments, UsageError, type Arguments } from '#sdk/command/arguments';
import { isStageName } from '#infra/config/names';
import { busOptions } from '#local/commands/event-bus';

export const help = `Goes through a running service as its users do, and prints what holds and how long it takes.

Usage: npm run verify                                       the local stack (npm start)
       npm run verify -- --stage live                       a deployment, with your shell's AWS credentials and region
       npm run verify -- --url wss://… --health-url https://… --event-bus NAME

  --stage NAME         reads the addresses from the outputs of the stage's stack
  --url URL            the WebSocket                            default: the output WebSocketUrl; ws://localhost:3000
  --health-url URL     /health                                  default: the output HealthUrl; that of the local stack
  --whoami-url URL     /whoami                                  default: the output WhoamiUrl; beside /health
  --event-bus NAME     the event bus on AWS                     default: the output EventBusName
  --aws-port PORT      the local stack's AWS endpoint           default: 4566
  --source NAME        the source of the events                 default: mission-control
  --token TOKEN        the token of a user; better in the environment variable MISSION_CONTROL_TOKEN. The local
                       stack gives one
  --expired-token T    a token that has expired, which must be refused
  --times N            how often each answer is measured, 1 to 6           default: 3
  --events N           how many events are measured, 1 to 1000             default: 10
  --timeout S          seconds that each answer may take, 1 to 300         default: 15
  --heartbeat-timeout S  seconds that the next heartbeat may take, 1 to 1200  default: 75
  --json               prints the results as JSON
  --output FILE        writes the results as JSON, also for npm run cost -- --measured FILE
  --help

It reports events of one agent, verify-…, and sets it offline at the end. Everything else only reads.

Exit codes: 0 if everything holds; 1 if something does not; 2 if an option or the token is missing or wrong; 130 after
Ctrl-C.`;

export interface VerifyOptions {
  readonly stage: string | undefined;
  readonly url: string | undefined;
  readonly healthUrl: string | undefined;
  readonly whoamiUrl: string | undefined;
  readonly eventBusName: string | undefined;
  readonly awsPort: number | undefined;
  readonly eventSource: string | undefined;
  readonly token: string | undefined;
  readonly expiredToken: string | undefined;
  readonly times: number;
  readonly events: number;
  readonly timeoutMilliseconds: number;
  readonly heartbeatMilliseconds: number;
  readonly isJson: boolean;
  /** The path of the file for the results. */
  readonly output: string | undefined;
}

/**
 * @returns undefined for `--help`
 * @throws {UsageError} if an option is not valid
 */
export function parseOptions(args: readonly string[]): VerifyOptions | undefined {
  const given = parseArguments(args, {
    ...busOptions,
    ...{ stage: 'text', url: 'text', 'health-url': 'text', 'whoami-url': 'text' },
    ...{ source: 'text', token: 'text', 'expired-token': 'text' },
    ...{ times: 'text', events: 'text', timeout: 'text', 'heartbeat-timeout': 'text' },
    ...{ json: 'flag', output: 'text', help: 'flag' },
  });
  if (given.flag('help')) return undefined;
  if (given.positionals.length > 0) {
    throw new UsageError('verify takes options only, e.g. --stage live.');
  }
  const stage = given.text('stage');
  if (stage !== undefined && !isStageName(stage)) {
    throw new UsageError('--stage must be the name of a stage, e.g. live.');
  }
  const seconds = (name: string, most: number, otherwise: number) =>
    1000 * (given.wholeNumber(name, 1, most) ?? otherwise);
  return {
    ...{ stage, ...addressesOf(given) },
    eventSource: given.text('source'),
    token: given.text('token'),
    expiredToken: given.text('expired-token'),
    times: given.wholeNumber('times', 1, 6) ?? 3,
    events: given.wholeNumber('events', 1, 1_000) ?? 10,
    timeoutMilliseconds: seconds('timeout', 300, 15),
    heartbeatMilliseconds: seconds('heartbeat-timeout', 1_200, 75),
    isJson: given.flag('json'),
    output: given.text('output'),
  };
}

function addressesOf(given: Arguments) {
  return {
    url: urlOf(given, 'url', ['ws:', 'wss:']),
    healthUrl: urlOf(given, 'health-url', ['http:', 'https:']),
    whoamiUrl: urlOf(given, 'whoami-url', ['http:', 'https:']),
    eventBusName: given.text('event-bus'),
    awsPort: given.wholeNumber('aws-port', 1, 65_535),
  };
}

function urlOf(given: Arguments, name: string, protocols: readonly string[]): string | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  // A URL with a user name or a password would send them to the server.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url !== undefined &&
    protocols.includes(url.protocol) &&
    `${url.username}${url.password}${url.hash}` === ''
  ) {
    return text;
  }
  throw new UsageError(`--${name} must be a URL that begins with ${protocols.join('// or ')}//.`);
}
