// Implements `npm run disconnect-user`, which closes all connections of a user, as an operator does.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describeFaults, parseUserDisconnect, userDisconnectType } from '#sdk/protocol';
import { parseArguments, UsageError } from '#sdk/command/arguments';
import { withSentences, type Command } from '#sdk/command/command';
import { busOptions, explainEndpoint, parseTarget, runWithAws, targetHelp } from './event-bus';

const help = `Closes all connections of a user, on the local stack or on AWS. The user's clients get the reason first.
Tokens that were issued until then can no longer open connections, but newer ones can: lock the user at the issuer first.

Usage: npm run disconnect-user -- [options] USER REASON

${targetHelp}
  --source NAME      the deployment's operatorSource      default: mission-control.operator
  --help`;

/** @param connect creates the EventBridge client; default: the AWS SDK's */
export function createDisconnectUserCommand(
  connect: (
    configuration: ConstructorParameters<typeof EventBridgeClient>[0],
  ) => Pick<EventBridgeClient, 'send' | 'destroy'> = (configuration = {}) =>
    new EventBridgeClient(configuration),
): Command {
  return withSentences(async (args, { print }) => {
    const given = parseArguments(args, { ...busOptions, source: 'text', help: 'flag' });
    if (given.flag('help')) {
      print(help);
      return 0;
    }
    const [userId, reason, ...others] = given.positionals;
    if (others.length > 0) throw new UsageError('A reason with spaces needs quotes.');
    const order = parseUserDisconnect(userDisconnectType, { userId, reason });
    if (!order.ok) throw new UsageError(`${describeFaults(order.faults)}.`);
    const { clientConfiguration, endpoint, eventBusName } = parseTarget(given);
    const client = connect({ ...clientConfiguration, maxAttempts: endpoint === undefined ? 3 : 1 });
    try {
      const entry = {
        Source: given.text('source') ?? 'mission-control.operator',
        DetailType: userDisconnectType,
        Detail: JSON.stringify(order.value),
        EventBusName: eventBusName,
      };
      const { Entries: [taken] = [] } = await client.send(
        new PutEventsCommand({ Entries: [entry] }),
      );
      if (taken?.ErrorCode !== undefined) {
        throw new Error(`The event bus refused it: ${taken.ErrorMessage ?? taken.ErrorCode}`);
      }
    } catch (error) {
      throw explainEndpoint(error, endpoint) ?? error;
    } finally {
      client.destroy();
    }
    print(`The connections of ${order.value.userId} are being closed.`);
    return 0;
  });
}

if (require.main === module) void runWithAws(createDisconnectUserCommand());
