// `npm run emit`: reports an event as a backend does, to the local stack or to AWS.
import { createPublisher, type Publisher, type PublisherOptions } from '#sdk/publisher';
import { parseArguments, UsageError } from './arguments';
import { withSentences, type Command } from './command';
import { busOptions, explainAbsence, parseTarget, runWithAws, targetHelp } from './event-bus';

const help = `Reports an agent event on an event bus, as a backend does with sdk/publisher.

Usage: npm run emit -- [options] agent:status AGENT online|offline|error
       npm run emit -- [options] session:activity AGENT SESSION MESSAGE

${targetHelp}
  --help`;

/** @param connect makes the publisher; default: {@link createPublisher} */
export function createEmitCommand(
  connect: (options: PublisherOptions) => Publisher = createPublisher,
): Command {
  return withSentences(async (args, { print }) => {
    const given = parseArguments(args, { ...busOptions, help: 'flag' });
    if (given.flag('help')) {
      print(help);
      return 0;
    }
    const broadcast = parseEvent(given.positionals);
    const { clientConfiguration, endpoint, eventBusName } = parseTarget(given);
    const publisher = connect({
      eventBusName,
      // The command prints the error itself; without this the publisher would log it too.
      onError: () => undefined,
      // One attempt: a local stack that does not answer does not run.
      ...(endpoint === undefined ? {} : { clientConfiguration, maxAttempts: 1 }),
    });
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
    // The publisher validates the status.
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

/** What the publisher rejects with. */
interface FailedSend {
  readonly code?: string;
  readonly message: string;
  readonly cause?: { readonly code?: string; readonly message?: string };
}

function explain(failure: FailedSend, endpoint: string | undefined): Error {
  const { code, message, cause } = failure;
  if (code === 'event_invalid') return new UsageError(message);
  const absence = explainAbsence(cause, endpoint);
  if (absence !== undefined) return absence;
  const why = code === 'not_sent' && cause?.message !== undefined ? ` ${cause.message}` : '';
  return new Error(`${message}${why}`, { cause: failure });
}

if (require.main === module) void runWithAws(createEmitCommand());
