// Collects the events that a backend reports, and sends them to the event bus in batches.
import { EventBridgeClient, type EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import { setTimeout as sleepFor } from 'node:timers/promises';
import {
  describeFaults,
  parseEvent,
  type AgentStatus,
  type EventType,
  type Payload,
} from '../protocol';
import type { PendingEvent } from './batch';
import { createOutbox } from './outbox';
import { PublishError, unsentOf } from './publish-error';
import type { SendOptions } from './send-batch';
import { createSettlement } from './settlement';
import { nextTimestamp } from './timestamps';

/** How a publisher sends; every option has a default. */
export interface PublisherOptions {
  /** Name or ARN of the bus; `mission-control` unless given. */
  readonly eventBusName?: string;
  /** Source of the events; must be what the deployment was told; `mission-control` unless given. */
  readonly eventSource?: string;
  /**
   * Whether events that wait together share entries of up to 64 KB, each billed as one event; `false` unless given.
   * Together wait those of the same tick, and those that come while a request is under way, though for at most 100 ms:
   * an event that comes alone goes out at once, by itself. Pays for whoever reports many events a second, or in bulk.
   * The deployment must know packs: an older one rejects them.
   */
  readonly pack?: boolean;
  /** A client to send with. The attempts that it makes itself count towards `maxAttempts`. */
  readonly client?: EventBridgeClient;
  /** How to make a client when none is given, e.g. region and endpoint. */
  readonly clientConfiguration?: EventBridgeClientConfig;
  /** How often an event is sent before it is given up; 5 unless given. */
  readonly maxAttempts?: number;
  /**
   * Hears of every event that could not be sent, whether its promise is awaited or not. Unless given, the
   * process emits a warning.
   */
  readonly onError?: (error: PublishError) => void;
  /** The time in milliseconds since the Unix epoch. */
  readonly now?: () => number;
  /** Waits between attempts, in milliseconds; for tests. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** From 0 to 1, as `Math.random`: spreads the waits between attempts; for tests. */
  readonly random?: () => number;
}

/**
 * Reports what agents do. Each event's promise resolves when the event bus has taken it, and rejects with a
 * {@link PublishError}, also for an event that is invalid. In a process that goes on it need not be awaited: a failure
 * that nobody waits for reaches `onError`, and does not end the process. In Lambda, and before a process exits, await
 * it, or `flush()`: what is under way when the environment is frozen or the process ends is lost.
 */
export interface Publisher {
  /**
   * Reports an event of any type, e.g. `broadcast('agent:status', { agentId: 'agent-123', status: 'online' })`; the
   * publisher adds the `timestamp`.
   */
  readonly broadcast: <Type extends EventType>(
    type: Type,
    values: Omit<Payload<Type>, 'timestamp'>,
  ) => Promise<void>;
  /**
   * Reports that an agent is `online` (running and healthy), `offline` (stopped) or in `error` (failed).
   * @param agentId 1 to 128 bytes of UTF-8
   */
  readonly broadcastAgentStatus: (agentId: string, status: AgentStatus['status']) => Promise<void>;
  /**
   * Reports the newest message of a session.
   * @param agentId 1 to 128 bytes of UTF-8
   * @param sessionId 1 to 128 bytes of UTF-8
   * @param lastMessage any text, as long as the whole message has at most 32 KB
   */
  readonly broadcastSessionActivity: (
    agentId: string,
    sessionId: string,
    lastMessage: string,
  ) => Promise<void>;
  /** Resolves when all events reported so far are sent or given up. Never rejects. */
  readonly flush: () => Promise<void>;
  /** Flushes, and releases the connections of a client that the publisher has made. Takes no event any more. */
  readonly close: () => Promise<void>;
}

// Unless told, the SDK waits for ever for a server that says nothing, and a timeout alone is but a warning.
const timeouts = {
  connectionTimeout: 1_000,
  requestTimeout: 3_000,
  throwOnRequestTimeout: true,
};

/**
 * The SDK remembers the credentials file as it first read it, unless its provider is told not to: keys that another
 * program renews there would never be found. The client hands what it is configured with on to that provider.
 * @see https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-aws-sdk-credential-providers/
 */
const readsFilesAgain = { ignoreCache: true };

/** A publisher of its own, with its own options and connections: `close()` it when it is not needed any more. */
export function createPublisher(options: PublisherOptions = {}): Publisher {
  const { eventBusName = 'mission-control', eventSource = 'mission-control' } = options;
  const { pack = false, now = Date.now, onError = warn } = options;
  const client = options.client ?? createClient(options);
  const sending: SendOptions = {
    client,
    maxAttempts: options.maxAttempts ?? 5,
    sleep: options.sleep ?? ((milliseconds) => sleepFor(milliseconds)),
    random: options.random ?? Math.random,
    report,
  };
  const rest =
    options.sleep ?? ((milliseconds) => sleepFor(milliseconds, undefined, { ref: false }));
  const post = createOutbox({ eventBusName, eventSource, pack, sending, rest });
  const settlement = createSettlement();
  let closed = false;

  function report(error: PublishError): void {
    try {
      onError(error);
    } catch (fault) {
      process.emitWarning(fault instanceof Error ? fault : String(fault));
    }
  }

  const broadcast: Publisher['broadcast'] = (type, values) => {
    const event = parseEvent(type, { ...values, timestamp: nextTimestamp(now()) });
    const unsent = unsentOf(type, values);
    if (closed) return refuse('publisher_closed', 'The publisher is closed', unsent);
    if (!event.ok) {
      const faults = describeFaults(event.faults);
      return refuse('event_invalid', `Not a valid ${type} event: ${faults}`, unsent);
    }
    const { value } = event;
    const settled = new Promise<void>((sent, failed) => {
      post({ event: value, unsent, sent, failed });
    });
    return settlement.watch(settled);
  };

  function refuse(code: PublishError['code'], message: string, unsent: PendingEvent['unsent']) {
    const error = new PublishError(code, `${message}.`, [{ ...unsent, reason: code }]);
    report(error);
    return settlement.watch(Promise.reject(error));
  }

  return {
    broadcast,
    broadcastAgentStatus: (agentId, status) => broadcast('agent:status', { agentId, status }),
    broadcastSessionActivity: (agentId, sessionId, lastMessage) =>
      broadcast('session:activity', { agentId, sessionId, lastMessage }),
    flush: settlement.all,
    close: async () => {
      closed = true;
      await settlement.all();
      if (options.client === undefined) client.destroy();
    },
  };
}

function createClient({ clientConfiguration }: PublisherOptions): EventBridgeClient {
  return new EventBridgeClient({
    requestHandler: timeouts,
    ...clientConfiguration,
    ...readsFilesAgain,
    // One attempt of the SDK for one of ours: else the two would multiply.
    maxAttempts: 1,
  });
}

function warn({ message, code }: PublishError): void {
  process.emitWarning(message, { type: 'MissionControlWarning', code });
}
