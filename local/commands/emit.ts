// `npm run emit`: reports an event as a backend does, to the local stack or to AWS.
import { createPublisher, type Publisher, type PublisherOptions } from '../../sdk/publisher';
import { localClientConfiguration } from '../client-configuration';
import { parseArguments, UsageError, type Arguments } from './arguments';
import { runAsProcess, withSentences, type Command } from './command';

const help = `Reports an agent event on an event bus, as a backend does with sdk/publisher.

Usage: npm run emit -- [options] agent:status AGENT online|offline|error
       npm run emit -- [options] session:activity AGENT SESSION MESSAGE

  --aws-port PORT    the local stack's AWS endpoint                        default: 4566
  --event-bus NAME   a bus on AWS instead, with your shell's credentials and region
  --help`;

/** @param connect makes the publisher; default: {@link createPublisher} */
export function createEmitCommand(
  connect: (options: PublisherOptions) => Publisher = createPublisher,
): Command {
  return withSentences(async (args, { print }) => {
    const given = parseArguments(args, { 'aws-port': 'text', 'event-bus': 'text', help: 'flag' });
    if (given.flag('help')) {
      print(help);
      return 0;
    }
    const broadcast = parseEvent(given.positionals);
    const { options, endpoint, eventBusName } = parseTarget(given);
    const publisher = connect(options);
    try {
      await broadcast(publisher);
    } catch (error) {
      throw explain(error as FailedSend, endpoint);
    } finally {
      await publisher.close();
    }
    print(`${given.positionals.slice(0, -1).join(' ')} is on the event bus ${eventBusName}.`);
    return 0;
  });
}

function parseEvent(positionals: readonly string[]): (publisher: Publisher) => Promise<void> {
  const [type, agentId = '', third = '', fourth = ''] = positionals;
  if (type === 'agent:status') {
    if (positionals.length !== 3) {
      throw new UsageError('agent:status needs an agent and a status: online, offline or error.');
    }
    // The publisher says what a status can be.
    const status = third as 'online';
    return (publisher) => publisher.broadcastAgentStatus(agentId, status);
  }
  if (type === 'session:activity') {
    if (positionals.length !== 4) {
      throw new UsageError(
        'session:activity needs an agent, a session and a message; quote a message with spaces.',
      );
    }
    return (publisher) => publisher.broadcastSessionActivity(agentId, third, fourth);
  }
  throw new UsageError('The first argument must be agent:status or session:activity.');
}

interface Target {
  readonly options: PublisherOptions;
  readonly eventBusName: string;
  /** Absent for AWS. */
  readonly endpoint?: string;
}

function parseTarget(given: Arguments): Target {
  // The command itself says what failed; without this the publisher would warn as well.
  const quiet = { onError: () => undefined };
  const awsPort = given.wholeNumber('aws-port', 1, 65_535);
  const eventBusName = given.text('event-bus');
  if (eventBusName !== undefined) {
    if (awsPort === undefined) return { options: { ...quiet, eventBusName }, eventBusName };
    throw new UsageError('--event-bus is for AWS and --aws-port for the local stack: give one.');
  }
  const clientConfiguration = localClientConfiguration(awsPort ?? 4566);
  return {
    // One attempt: a local stack that does not answer is not there.
    options: { ...quiet, clientConfiguration, maxAttempts: 1 },
    eventBusName: 'mission-control',
    endpoint: clientConfiguration.endpoint,
  };
}

/** What the publisher rejects with. */
interface FailedSend {
  readonly code?: string;
  readonly message: string;
  readonly cause?: { readonly code?: string; readonly message?: string };
}

function explain(failure: FailedSend, endpoint: string | undefined): Error {
  const { code, message, cause } = failure;
  if (code === 'event_invalid') return new UsageError(message);
  if (endpoint !== undefined && cause?.code === 'ECONNREFUSED') {
    const advice = 'start it with npm start, or say where it is with --aws-port';
    return new Error(`No local stack answers at ${endpoint}: ${advice}.`, { cause: failure });
  }
  const why = code === 'not_sent' && cause?.message !== undefined ? ` ${cause.message}` : '';
  return new Error(`${message}${why}`, { cause: failure });
}

if (require.main === module) {
  // The project runs on Node.js 20 by choice; what the SDK has to say about that is known.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  void runAsProcess(createEmitCommand());
}
