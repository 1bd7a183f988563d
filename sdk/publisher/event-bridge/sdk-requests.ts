// Makes requests to EventBridge with the AWS SDK, which is loaded with the first request: publishers over HTTPS need no AWS package.
import type { EventBridgeClient, EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import { reasonOf } from '../transport';
import { SdkMissingError, type EventBridgeRequests } from './requests';

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

export interface SdkOptions {
  /** The client to use. Default: one of its own. */
  readonly client?: EventBridgeClient | undefined;
  /** The configuration of its own client. */
  readonly clientConfiguration?: EventBridgeClientConfig | undefined;
}

export function createSdkRequests(options: SdkOptions = {}): EventBridgeRequests {
  let own: EventBridgeClient | undefined;

  async function load() {
    const { EventBridgeClient: Client, PutEventsCommand } = await importSdk();
    const client = options.client ?? (own ??= new Client(configurationOf(options)));
    return { client, PutEventsCommand };
  }

  return {
    async putEvents(input) {
      const { client, PutEventsCommand } = await load();
      return client.send(new PutEventsCommand(input));
    },

    async refreshCredentials() {
      const { client } = await load();
      await refreshCredentials(client);
    },

    close() {
      own?.destroy();
    },
  };
}

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

function configurationOf({ clientConfiguration }: SdkOptions): EventBridgeClientConfig {
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
