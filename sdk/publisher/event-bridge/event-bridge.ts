// Puts events on the event bus.
import {
  attemptsOf,
  isRegionMissing,
  mayPassLater,
  mayRecover,
  needsFreshCredentials,
} from '../retry';
import { reasonOf, type Attempt, type Failure, type Transport } from '../transport';
import { takeBatch, type Addressing, type FilledEntry } from './batch';
import { SdkMissingError, type EventBridgeRequests } from './requests';

export interface EventBridgeOptions extends Addressing {
  readonly requests: EventBridgeRequests;
}

export function createEventBridge(options: EventBridgeOptions): Transport<FilledEntry> {
  const { requests, eventBusName, pack } = options;
  return {
    destination: `the event bus "${eventBusName}"`,
    // Without packs, each event is an entry of its own, and nothing is saved.
    collects: pack,

    take: (waiting) => takeBatch(waiting, options),

    async send(parts): Promise<Attempt<FilledEntry>> {
      try {
        const answer = await requests.putEvents({ Entries: parts.map(({ entry }) => entry) });
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
      if (needsFreshCredentials(cause)) await requests.refreshCredentials();
    },

    close() {
      requests.close();
    },
  };
}

function reasonIn(cause: unknown): string {
  return isRegionMissing(cause)
    ? 'the AWS region is missing: set AWS_REGION, or the option clientConfiguration.region'
    : reasonOf(cause);
}
