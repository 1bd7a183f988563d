// Collects the events that a backend reports, and sends them to the event bus in batches.
// Where this optional package is not installed, its types are `any`. The comment below stays in the declarations of the package.
// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- `@ts-expect-error` would fail where it is installed.
/** @ts-ignore -- The package is optional. */
import type { EventBridgeClient, EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import { setTimeout as sleepFor } from 'node:timers/promises';
import {
  describeFaults,
  detailOf,
  parseReport,
  type AgentStatus,
  type EventType,
  type Payload,
  type TimeToLive,
} from '../protocol';
import { createEventBridge } from './event-bridge/event-bridge';
import { createSdkRequests } from './event-bridge/sdk-requests';
import { createHttps, type Fetch } from './https';
import { KeptAgents, type KeepAliveOptions, type KeptAlive } from './keep-alive';
import { createOutbox } from './outbox';
import { PublishError, unsentOf, type PublishErrorCode } from './publish-error';
import type { SendOptions } from './send-batch';
import { createSettlement } from './settlement';
import { nextTimestamp } from './timestamps';
import type { PendingEvent, Transport } from './transport';

/**
 * The options of a publisher; every option has a default. With `url` and `getToken`, events are sent over HTTPS, and no AWS
 * package is needed; otherwise they are put on the event bus.
 */
export interface PublisherOptions {
  /**
   * The URL of `POST /events`, e.g. `https://your-domain.com/events`, or the origin of this URL. Default: events are put on
   * the event bus with AWS credentials.
   */
  readonly url?: string;
  /**
   * With `url`: returns a token that may report events. It is called before the first request, and again when the service
   * refuses the token. If it throws or rejects, the attempt has failed.
   */
  readonly getToken?: () => string | Promise<string>;
  /** With `url`: the function that sends requests, for tests. Default: `globalThis.fetch`. */
  readonly fetch?: Fetch;
  /** Name or ARN of the event bus. Default: `mission-control`. */
  readonly eventBusName?: string;
  /** Source of the events, which must be the same as in the deployment's settings. Default: `mission-control`. */
  readonly eventSource?: string;
  /**
   * Whether waiting events are sent in packs of up to 64 KB, each billed as one event. Default: false. Events of the same
   * tick wait for each other, and events that come while a request is in progress wait for at most 100 ms. A single event is
   * sent at once and without a pack. This saves costs if you report many events a second, or in bulk. Deployments of older
   * versions reject packs.
   */
  readonly pack?: boolean;
  /** The EventBridge client to use. Its own attempts count towards `maxAttempts`. Default: a client of the publisher. */
  readonly client?: EventBridgeClient;
  /** The configuration of the publisher's client, e.g. region and endpoint; not used if `client` is given. */
  readonly clientConfiguration?: EventBridgeClientConfig;
  /** The maximum number of attempts to send an event. Default: 5. */
  readonly maxAttempts?: number;
  /**
   * Called with the error of events that could not be sent, whether their promises are awaited or not. Default: emits a
   * process warning if nothing waits for the promise of one of these events.
   */
  readonly onError?: (error: PublishError) => void;
  /** Returns the current time in milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: () => number;
  /** Resolves after that time, for tests. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Returns a random number from 0 to 1, for tests. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * Reports events of agents. The promise of an event resolves when the event bus has accepted the event, and rejects with a
 * {@link PublishError}, also if the event is invalid. A long-running process need not await it: a failure is passed to
 * `onError`, by default a warning, and the unhandled rejection does not end the process. In Lambda, and before a process exits, await the promise
 * or `flush()`. Otherwise events are lost when the environment is frozen or the process ends.
 */
export interface Publisher {
  /**
   * Reports an event of any type, e.g. `broadcast('agent:status', { agentId: 'agent-123', status: 'online' })`. The
   * publisher adds the `timestamp`. The status of an agent can have a time to live, `aliveForSeconds`: 10 to 86,400. If the
   * service gets no other report of the agent within that time, it reports the agent as `offline`.
   */
  readonly broadcast: <Type extends EventType>(
    type: Type,
    values: Omit<Payload<Type>, 'timestamp'> & TimeToLive<Type>,
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
   * @param lastMessage any text; the whole message may have at most 32 KB
   */
  readonly broadcastSessionActivity: (
    agentId: string,
    sessionId: string,
    lastMessage: string,
  ) => Promise<void>;
  /**
   * Reports an agent as `online` at once, and repeats its status every `everySeconds`, with a time to live: the service
   * reports the agent as `offline` if this process is killed. A status that you report meanwhile has the time to live, too, and
   * is the one that is repeated. `stop()`, the signal, `close()`, and the end of the process report `offline`. At SIGTERM and
   * SIGINT this holds if the application has no listener of its own; with one, call `close()` in it. It does not keep the
   * process running, and continues after a failed report. A closed publisher passes the error `publisher_closed` to `onError`, once.
   * @param agentId 1 to 128 bytes of UTF-8
   * @throws RangeError if `agentId` is invalid, or `everySeconds` is out of range
   */
  readonly keepAlive: (agentId: string, options: KeepAliveOptions) => KeptAlive;
  /** Resolves when all events that were reported so far are sent or have failed. Never rejects. */
  readonly flush: () => Promise<void>;
  /** Rejects further events, waits like `flush()`, and closes the connections of the publisher's own client. */
  readonly close: () => Promise<void>;
}

type Unsent = PendingEvent['unsent'];

/** The options that do not depend on how events are sent. */
type SendingOptions = Pick<
  PublisherOptions,
  'maxAttempts' | 'onError' | 'now' | 'sleep' | 'random'
>;

/** Creates a publisher with its own options and connections. Call `close()` when it is no longer needed. */
export function createPublisher(options: PublisherOptions = {}): Publisher {
  return createPublisherWith(transportOf(options), options);
}

/**
 * Creates a publisher that sends with a transport.
 * @param transport is closed with the publisher
 */
export function createPublisherWith(transport: Transport, options: SendingOptions = {}): Publisher {
  const { now = Date.now, onError } = options;
  const sending: SendOptions = {
    maxAttempts: options.maxAttempts ?? 5,
    sleep: options.sleep ?? ((milliseconds) => sleepFor(milliseconds)),
    random: options.random ?? Math.random,
    report,
  };
  const rest =
    options.sleep ?? ((milliseconds) => sleepFor(milliseconds, undefined, { ref: false }));
  const post = createOutbox({ transport, sending, rest });
  const settlement = createSettlement(onError === undefined ? createWarn() : () => undefined);
  const kept = new KeptAgents((agentId, status) => {
    const settled = send('agent:status', { agentId, status });
    // The application does not wait for it.
    void settlement.watch(settled);
    return settled;
  });
  let closed = false;

  function report(error: PublishError): void {
    try {
      onError?.(error);
    } catch (fault) {
      process.emitWarning(fault instanceof Error ? fault : String(fault));
    }
  }

  const broadcast: Publisher['broadcast'] = (type, values) => settlement.watch(send(type, values));

  const send: Publisher['broadcast'] = (type, values) => {
    const event = parseReport(type, {
      ...kept.extend(type, values),
      timestamp: nextTimestamp(now()),
    });
    const unsent = unsentOf(type, values);
    if (closed) return refuse('publisher_closed', 'The publisher is closed', unsent);
    if (!event.ok) {
      const faults = describeFaults(event.faults);
      return refuse('event_invalid', `Not a valid ${type} event: ${faults}`, unsent);
    }
    kept.remember(event.value.event);
    const payload = detailOf(event.value);
    return new Promise<void>((sent, failed) => {
      post({ event: { type, payload }, unsent, sent, failed });
    });
  };

  function refuse(code: PublishErrorCode, message: string, unsent: Unsent): Promise<void> {
    const error = new PublishError(code, `${message}.`, [{ ...unsent, reason: code }]);
    report(error);
    return Promise.reject(error);
  }

  return {
    broadcast,
    broadcastAgentStatus: (agentId, status) => broadcast('agent:status', { agentId, status }),
    broadcastSessionActivity: (agentId, sessionId, lastMessage) =>
      broadcast('session:activity', { agentId, sessionId, lastMessage }),
    keepAlive(agentId, options) {
      checkAgentId(agentId);
      return kept.keep(agentId, options);
    },
    flush: settlement.all,
    close: async () => {
      void kept.close();
      closed = true;
      await settlement.all();
      transport.close();
    },
  };
}

/** @throws RangeError if no status of an agent with this id would be valid */
function checkAgentId(agentId: string): void {
  const first = parseReport('agent:status', { agentId, status: 'online', timestamp: 0 });
  if (!first.ok) throw new RangeError(describeFaults(first.faults));
}

function transportOf(options: PublisherOptions): Transport {
  const { eventBusName = 'mission-control', eventSource = 'mission-control' } = options;
  const { url, getToken, fetch, pack = false, client, clientConfiguration } = options;
  if (url !== undefined) return createHttps({ url, getToken, fetch });
  if (getToken !== undefined) {
    throw new TypeError('getToken needs url, too: the event bus takes no token.');
  }
  const requests = createSdkRequests({ client, clientConfiguration });
  return createEventBridge({ eventBusName, eventSource, pack, requests });
}

/** Returns a function that emits a process warning for an error, once: the events of a request share theirs. */
function createWarn() {
  const known = new WeakSet<object>();
  return (error: unknown): void => {
    const { message, code } = error as PublishError;
    if (known.has(error as PublishError)) return;
    known.add(error as PublishError);
    process.emitWarning(message, { type: 'MissionControlWarning', code });
  };
}
