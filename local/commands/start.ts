// Implements `npm start`, which runs the whole stack on this machine until Ctrl-C.
import { parseArguments, UsageError, type Arguments } from '#sdk/command/arguments';
import { runAsProcess, withSentences, type Command, type Output } from '#sdk/command/command';
import { startLocalStack, type LocalStack, type LocalStackOptions, type LogLine } from '..';
import { SynthesisError } from '../deploy/synthesize';
import { exampleTeam, type ExampleTeam } from '../support/example-team';
import { isInUse } from '../support/port-in-use';
import { compactLine } from './compact-log';
import { stopSignal } from './stop-signal';

const help = `Runs Mission Control Realtime on this machine, until Ctrl-C.

Usage: npm start -- [options]

  --port PORT            WebSockets, dashboard, /health, token keys   default: 3000
  --aws-port PORT        AWS endpoint, for the AWS CLI and SDKs       default: 4566
  --mock-data            mock agents report events continuously
  --gateway-url URL      the agent gateway that /health checks        default: none
  --heartbeat-seconds S  a divisor of 60, or a multiple of it         default: 30
  --allowed-origins LIST pages that may call /health and /whoami      default: http://localhost:5173
  --sources JSON         sources that may report certain agents only  default: none
  --issuer URL           an OpenID Connect issuer, whose tokens are accepted instead of the local issuer's
  --audience A           the audience of that issuer's tokens
  --jwks-uri URL         the URL of that issuer's keys                default: by discovery
  --scope-claim NAME     the claim that lists the agents a user may see default: none, every user sees all agents
  --scope-pattern P      the pattern that each of its values makes    default: {value}
  --verbose              shows all log lines of the functions
  --help`;

/** The dependencies of the command, which tests replace. */
export interface StartDependencies {
  startLocalStack(options: LocalStackOptions): Promise<LocalStack>;
  /** Resolves when the command must stop. */
  stopSignal(): Promise<unknown>;
  /** Whether another program listens on a port. */
  isInUse(port: number): Promise<boolean>;
}

/** The command ends when it is stopped or the start has failed. */
export function createStartCommand(dependencies: StartDependencies): Command {
  return withSentences(async (args, output) => {
    const given = parseArguments(args, {
      port: 'text',
      'aws-port': 'text',
      'mock-data': 'flag',
      'gateway-url': 'text',
      'heartbeat-seconds': 'text',
      'allowed-origins': 'text',
      sources: 'text',
      issuer: 'text',
      audience: 'text',
      'jwks-uri': 'text',
      'scope-claim': 'text',
      'scope-pattern': 'text',
      verbose: 'flag',
      help: 'flag',
    });
    if (given.flag('help')) {
      output.print(help);
      return 0;
    }
    if (given.positionals.length > 0) {
      throw new UsageError('start takes options only, e.g. --port 3001.');
    }
    const options = parseOptions(given);
    const log = given.flag('verbose') ? showAll(output) : showWarnings(output);
    output.print('Starting …');
    // Called before the start, so that a signal during the start also closes the stack.
    let isStopping = false;
    const stopped = dependencies.stopSignal().then(() => (isStopping = true));
    const stack = await dependencies
      .startLocalStack({ ...options, log })
      .catch(async (error: unknown) => {
        // Ctrl-C also ends the process of the synthesis. That it fails then is not an error.
        if (isStopping) return undefined;
        throw await explain(error, options, dependencies);
      });
    if (stack === undefined) return 0;
    for (const name of functionsOfClients) {
      stack.functions.get(`mission-control-${name}`)?.provision();
    }
    await greet(stack, options, output);
    await stopped;
    await stack.close();
    return 0;
  });
}

/**
 * What a client waits for until it has the state. Loaded before the first one comes, they answer it in about half a second less.
 */
const functionsOfClients = ['authorizer', 'connect', 'default'];

type StartOptions = LocalStackOptions & { readonly port: number; readonly awsPort: number };

function parseOptions(given: Arguments): StartOptions {
  const port = given.wholeNumber('port', 0, 65_535) ?? 3000;
  const awsPort = given.wholeNumber('aws-port', 0, 65_535) ?? 4566;
  if (port === awsPort && port !== 0) {
    throw new UsageError('--port and --aws-port must be different.');
  }
  if (given.text('issuer') === undefined) {
    const lost = ['audience', 'jwks-uri'].find((name) => given.text(name) !== undefined);
    if (lost !== undefined) throw new UsageError(`--${lost} needs --issuer, too.`);
  }
  const heartbeatSeconds = given.wholeNumber('heartbeat-seconds', 1, 540);
  const sources = given.text('sources');
  const scopeClaim = given.text('scope-claim');
  const scopePattern = given.text('scope-pattern');
  if (scopePattern !== undefined && scopeClaim === undefined) {
    throw new UsageError('--scope-pattern needs --scope-claim, too.');
  }
  const texts = {
    gatewayUrl: given.text('gateway-url'),
    issuer: given.text('issuer'),
    audience: given.text('audience'),
    jwksUri: given.text('jwks-uri'),
  };
  return {
    port,
    awsPort,
    mockData: given.flag('mock-data'),
    settings: {
      allowedOrigins: given.text('allowed-origins')?.split(',') ?? [viteOrigin],
      ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
      ...(sources === undefined ? {} : { sources }),
      ...(scopeClaim === undefined ? {} : { scopeClaim }),
      ...(scopePattern === undefined ? {} : { scopePattern }),
    },
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
  };
}

/** The default origin of Vite's development server. */
const viteOrigin = 'http://localhost:5173';

async function explain(
  error: unknown,
  { port, awsPort }: StartOptions,
  dependencies: Pick<StartDependencies, 'isInUse'>,
): Promise<unknown> {
  if (error instanceof SynthesisError && error.code === 'SETTINGS_REFUSED') {
    const faults = error.faults.map(({ path, problem }) => `${optionOf(path)} ${problem}`);
    return new UsageError(`${faults.join('\n')}.`);
  }
  const { code, port: taken } = error as { readonly code?: unknown; readonly port?: unknown };
  if (code !== 'EADDRINUSE') return error;
  // The port of the AWS endpoint is opened last. Both are named, so that nobody has to start twice to learn of it.
  const areBoth = taken === port && awsPort !== 0 && (await dependencies.isInUse(awsPort));
  const option = taken === port ? '--port' : '--aws-port';
  const sentence = areBoth
    ? `Ports ${port} and ${awsPort} are in use: stop what runs there or choose others with npm start -- --port PORT --aws-port PORT.`
    : `Port ${String(taken)} is in use: stop what runs there or choose another with npm start -- ${option} PORT.`;
  return new Error(sentence, { cause: error });
}

/** The option for a setting, e.g. `--heartbeat-seconds` for `heartbeatSeconds`. */
function optionOf(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

async function greet(
  stack: LocalStack,
  { issuer, awsPort, settings = {} }: StartOptions,
  { print }: Output,
): Promise<void> {
  const team = exampleTeam(settings);
  const port = new URL(stack.awsEndpointUrl).port;
  const emitOption = port === '4566' && awsPort === 4566 ? '' : `--aws-port ${port} `;
  const token =
    issuer === undefined
      ? await stack.mintToken(team && { claims: { [team.claim]: team.value } })
      : undefined;
  const command = `npm run -s token${team === undefined ? '' : ` -- ${team.tokenOption}`}`;
  const bearer = token === undefined ? '$TOKEN' : `$(${command})`;
  print(`Mission Control is running; Ctrl-C stops it.

  Dashboard     ${stack.httpUrl}/
  WebSocket     ${stack.webSocketUrl}
  Health        ${stack.healthUrl}
  AWS endpoint  ${stack.awsEndpointUrl} (access key local, secret local)
  Event bus     ${stack.eventBusName}${token === undefined ? '' : `\n  Token         ${token}`}
${team === undefined ? '' : scopeAdvice(team, token === undefined ? undefined : command)}
Connect as a dashboard, in a second terminal:

  npx wscat -c ${stack.webSocketUrl} -H "Authorization: Bearer ${bearer}"

Report an event as a backend, in a third:

  npm run emit -- ${emitOption}agent:status ${team?.agentId('agent-123') ?? 'agent-123'} online
`);
}

/** What a user of a stack with scopes has to know. @param command prints a token; undefined with another issuer */
function scopeAdvice({ claim }: ExampleTeam, command: string | undefined): string {
  const needed = `
Tokens without the claim ${claim} are refused: it lists the agents that their user may see.`;
  if (command === undefined) return `${needed}\n`;
  return `${needed} The dashboard
asks for a token. To see it as two teams do, open it in two windows, with the token of another team in each:

  ${command}
`;
}

function showWarnings({ complain }: Output) {
  return (line: LogLine) => {
    const text = compactLine(line);
    if (text !== undefined) complain(text);
  };
}

function showAll({ complain }: Output) {
  return ({ source, text }: LogLine) => {
    complain(`${source}: ${text}`);
  };
}

if (require.main === module) {
  void runAsProcess(createStartCommand({ startLocalStack, stopSignal, isInUse })).then(() =>
    process.exit(),
  );
}
