// Sends events to the event bus with the AWS SDK, which is loaded with the first request: publishers over HTTPS need no AWS package.
import type { EventBridgeClient, EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import { takeBatch, type Addressing, type FilledEntry } from './batch';
import {
  attemptsOf,
  isRegionMissing,
  mayPassLater,
  mayRecover,
  needsFreshCredentials,
} from '../retry';
import { reasonOf, type Attempt, type Failure, type Transport } from '../transport';

// By default the SDK waits forever for a response, and after a timeout it only logs a warning.
const timeouts = {
  connectionTimeout: 1_000,
  requestTimeout: 3_000,
  throwOnRequestTimeout: true,
};

/**
 * By default the SDK reads the credentials file only once, so it would not find keys that another program has updated. The
 * client passes this option to its credential provider.
 * @see https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-aws-sdk-credential-providers/
 */
const readsFilesAgain = { ignoreCache: true };

export interface EventBridgeOptions extends Addressing {
  /** The client to use. Default: one of its own. */
  readonly client?: EventBridgeClient | undefined;
  /** The configuration of its own client. */
  readonly clientConfiguration?: EventBridgeClientConfig | undefined;
}

export function createEventBridge(options: EventBridgeOptions): Transport<FilledEntry> {
  let own: EventBridgeClient | undefined;

  async function load() {
    const { EventBridgeClient: Client, PutEventsCommand } = await importSdk();
    const client = options.client ?? (own ??= new Client(configurationOf(options)));
    return { client, PutEventsCommand };
  }

  return {
    destination: `the event bus "${options.eventBusName}"`,
    // Without packs, each event is an entry of its own, and nothing is saved.
    collects: options.pack,

    take: (waiting) => takeBatch(waiting, options),

    async send(parts): Promise<Attempt<FilledEntry>> {
      try {
        const { client, PutEventsCommand } = await load();
        const command = new PutEventsCommand({ Entries: parts.map(({ entry }) => entry) });
        const answer = await client.send(command);
        const failures = parts.flatMap((part, index): Failure<FilledEntry>[] => {
          // The results have the order of the entries; accepted entries have no error code.
          const reason = answer.Entries?.[index]?.ErrorCode;
          return reason === undefined ? [] : [{ part, reason, retryable: mayPassLater(reason) }];
        });
        return { failures, attemptsMade: attemptsOf(answer) };
      } catch (cause) {
        const isLoaded = !(cause instanceof SdkMissingError);
        const reason = isLoaded ? reasonIn(cause) : cause.message;
        const retryable = isLoaded && mayRecover(cause);
        const failures = parts.map((part) => ({ part, reason, retryable }));
        return { failures, cause, attemptsMade: attemptsOf(cause) };
      }
    },

    async prepareRetry(cause) {
      if (!needsFreshCredentials(cause)) return;
      const { client } = await load();
      await refreshCredentials(client);
    },

    close() {
      own?.destroy();
    },
  };
}

/** The optional peer dependency cannot be loaded; `cause` is the error of the import. */
class SdkMissingError extends Error {}

async function importSdk() {
  try {
    return await import('@aws-sdk/client-eventbridge');
  } catch (cause) {
    throw new SdkMissingError(
      `the package @aws-sdk/client-eventbridge cannot be loaded: ${reasonOf(cause)}; install it, or report over HTTPS with the options url and getToken`,
      { cause },
    );
  }
}

function reasonIn(cause: unknown): string {
  return isRegionMissing(cause)
    ? 'the AWS region is missing: set AWS_REGION, or the option clientConfiguration.region'
    : reasonOf(cause);
}

function configurationOf({ clientConfiguration }: EventBridgeOptions): EventBridgeClientConfig {
  return {
    requestHandler: timeouts,
    ...clientConfiguration,
    ...readsFilesAgain,
    // The publisher itself repeats requests. Otherwise the numbers of attempts would multiply.
    maxAttempts: 1,
  };
}

/**
 * Makes the client get credentials from its provider again. By itself, the client does so only when they expire, and some
 * credentials have no expiry. Never rejects: if there are no credentials, the next attempt fails with the reason.
 */
async function refreshCredentials({ config }: EventBridgeClient): Promise<void> {
  const credentials: (options: { readonly forceRefresh: boolean }) => Promise<unknown> =
    config.credentials;
  await credentials({ forceRefresh: true }).catch(() => undefined);
}
