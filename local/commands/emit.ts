// Implements `npm run emit`, which reports an event as a backend does, to the local stack or to AWS.
import { createPublisher, type Publisher, type PublisherOptions } from '#sdk/publisher';
import {
  aliveForLimits,
  definitionOf,
  eventTypeDefinitions,
  eventTypes,
  type AnyDefinition,
  type AnyPayload,
} from '#sdk/protocol';
import { parseArguments, UsageError, type Arguments } from '#sdk/command/arguments';
import { withSentences, type Command } from '#sdk/command/command';
import { busOptions, explainEndpoint, parseTarget, runWithAws, targetHelp } from './event-bus';

const usages = eventTypeDefinitions.map(
  ({ type, fields }) => `npm run emit -- [options] ${type} ${argumentsOf(fields).join(' ')}`,
);

const help = `Reports an agent event on an event bus, as a backend does with sdk/publisher.

Usage: ${usages.join('\n       ')}

${targetHelp}
  --source NAME      the source of the event                               default: mission-control
                     npm start says so if the stack does not take events of it
  --alive-for SECONDS  the time to live: without a further report, the status is offline after it;
                     from ${aliveForLimits.min} to ${aliveForLimits.max}                                     default: none
  --help`;

type Fields = AnyDefinition['fields'];

/** @param connect creates the publisher; default: {@link createPublisher} */
export function createEmitCommand(
  connect: (options: PublisherOptions) => Publisher = createPublisher,
): Command {
  return withSentences(async (args, { print, complain }) => {
    const given = parseArguments(args, {
      ...busOptions,
      ...{ source: 'text', 'alive-for': 'text', help: 'flag' },
    });
    if (given.flag('help')) {
      print(help);
      return 0;
    }
    const event = parseEvent(given.positionals, aliveForOf(given));
    const { clientConfiguration, endpoint, eventBusName } = parseTarget(given);
    const eventSource = given.text('source');
    const publisher = connect({
      eventBusName,
      ...(eventSource === undefined ? {} : { eventSource }),
      // The command prints the error itself. Without this, the publisher would log it, too.
      onError: () => undefined,
      // If the local stack does not answer at once, it is not running: a retry would not help.
      ...(endpoint === undefined ? {} : { clientConfiguration, maxAttempts: 1 }),
    });
    try {
      await event.broadcast(publisher);
    } catch (error) {
      throw explain(error as FailedSend, endpoint);
    } finally {
      await publisher.close();
    }
    print(`${event.name} is on the event bus ${eventBusName}.`);
    if (eventSource !== undefined && eventSource !== 'mission-control') {
      complain(sourceAdvice(eventSource, endpoint !== undefined));
    }
    return 0;
  });
}

/** The bus accepts events of every source, and does not say whether a rule takes them. */
function sourceAdvice(source: string, isLocal: boolean): string {
  const local = isLocal
    ? ' If they do not, the terminal of npm start says that the event is dropped.'
    : '';
  return `The service takes it only if its settings name the source ${source} (eventSource, sources): the bus accepts events of every source.${local}`;
}

interface GivenEvent {
  /** The event type and the ids. Other fields may be private, and are not printed. */
  readonly name: string;
  readonly broadcast: (publisher: Publisher) => Promise<void>;
}

/** The time to live of the event, in seconds. */
function aliveForOf(given: Arguments): number | undefined {
  return given.wholeNumber('alive-for', aliveForLimits.min, aliveForLimits.max);
}

function parseEvent(
  [type, ...texts]: readonly string[],
  aliveForSeconds: number | undefined,
): GivenEvent {
  const definition = definitionOf(type);
  if (definition === undefined) {
    throw new UsageError(`The first argument must be ${eventTypes.join(' or ')}.`);
  }
  if (aliveForSeconds !== undefined && !('whenSilent' in definition)) {
    throw new UsageError(`--alive-for is not for ${definition.type}, which has no time to live.`);
  }
  const { fields } = definition;
  const names = namesOf(fields);
  if (texts.length !== names.length) {
    const quote = Object.values(fields).includes('string') ? ' Quote a text with spaces.' : '';
    throw new UsageError(`${definition.type} takes ${argumentsOf(fields).join(' ')}.${quote}`);
  }
  // The publisher validates the values.
  const values = names.map((name, index) => {
    const text = texts[index] ?? '';
    return [name, fields[name] === 'number' ? Number(text) : text];
  });
  if (aliveForSeconds !== undefined) values.push(['aliveForSeconds', aliveForSeconds]);
  const ids = texts.filter((_, index) => fields[names[index] ?? ''] === 'id');
  return {
    name: [definition.type, ...ids].join(' '),
    broadcast: (publisher) =>
      publisher.broadcast(definition.type, Object.fromEntries(values) as AnyPayload),
  };
}

/** The fields that the command line must have. The publisher adds the timestamp. */
function namesOf(fields: Fields): string[] {
  return Object.keys(fields).filter((name) => name !== 'timestamp');
}

/** Placeholders for help texts, e.g. `AGENT` for `agentId`, or `online|offline|error` for a field with these values. */
function argumentsOf(fields: Fields): string[] {
  return namesOf(fields).map((name) => {
    const kind = fields[name];
    if (typeof kind === 'object') return kind.join('|');
    return name.replace(/Id$/, '').replace(/[A-Z]/g, '-$&').toUpperCase();
  });
}

/** The errors with which the publisher rejects. */
interface FailedSend {
  readonly code?: string;
  readonly message: string;
  readonly cause?: { readonly code?: string; readonly message?: string };
}

function explain(failure: FailedSend, endpoint: string | undefined): Error {
  const { code, message, cause } = failure;
  if (code === 'event_invalid') return new UsageError(message);
  const explained = explainEndpoint(cause, endpoint);
  if (explained !== undefined) return explained;
  const why = code === 'not_sent' && cause?.message !== undefined ? ` ${cause.message}` : '';
  return new Error(`${message}${why}`, { cause: failure });
}

if (require.main === module) void runWithAws(createEmitCommand());
