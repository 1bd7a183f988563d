// Requests what a connection gets, and what the client has missed: with `subscribe` and `state:sync`, one at a time.
import { everyAgent, filterOf, type AgentFilter } from '../../../protocol/agent-patterns';
import { isSame } from '../subscription';
import { createRequests, type Request, type RequestsOptions } from './requests';
import type { Visibility } from './visibility';

export interface SynchronizationHandlers {
  /** Returns the server time from which to request changes, in milliseconds since the Unix epoch; undefined for the complete state. */
  readonly since: () => number | undefined;
  /** Returns the agents that the application asks for. */
  readonly wanted: () => AgentFilter;
  /** Called when the server has said which agents this connection sees. */
  readonly told: () => void;
  /** Called when the state of these agents is complete. */
  readonly cover: (view: AgentFilter, asked: AgentFilter) => void;
  /** Whether the state of all these agents is complete up to `since`. */
  readonly covers: (view: AgentFilter) => boolean;
  /** Whether the client had asked for all these agents when its state was complete. */
  readonly hasAsked: (wanted: AgentFilter) => boolean;
}

export interface SynchronizationOptions extends RequestsOptions {
  readonly visibility: Visibility;
  readonly isOver: () => boolean;
  /** Whether the connection gets no events before its first `subscribe`. */
  readonly isSubscribing: boolean;
}

export interface Synchronization {
  /** Whether the connection has been synced: the client has missed nothing of what it saw then. */
  readonly isSynced: () => boolean;
  /** Whether the client has everything that the application asks for now and this connection sees. */
  readonly isComplete: () => boolean;
  /** Requests what is missing, if anything is, and if no request is running. */
  readonly proceed: () => void;
  /** Records that the application asks for other agents. */
  readonly wantedChanged: () => void;
  /** Takes a `subscribed`: an answer, or the effect of a token with another scope. */
  readonly subscribed: (patterns: readonly string[]) => void;
  /**
   * Takes the end of a snapshot, with the patterns of the agents that the connection sees; undefined: all.
   * @returns whether this was the first one with which nothing is missing
   */
  readonly completed: (visibleAgents: readonly string[] | undefined) => boolean;
  /** Takes an `error`, which answers the request in flight. */
  readonly failed: (code: string) => void;
}

/** Creates the synchronization of a connection that has just been opened. */
export function createSynchronization(
  options: SynchronizationOptions,
  handlers: SynchronizationHandlers,
): Synchronization {
  const { visibility, isSubscribing, wanted, covers } = { ...options, ...handlers };
  const requests = createRequests(options);
  let isSynced = false;
  /** Whether the state has to be requested by itself: the answer to `subscribe` is only what has come into view. */
  let mustSync = !isSubscribing;
  /** What the server has subscribed this connection to; undefined before the first answer. */
  let answered = isSubscribing ? undefined : filterOf([everyAgent]);
  /** Whether the server does not know `subscribe`, so that the client itself ignores what it did not ask for. */
  let isLegacy = false;

  const mustSubscribe = () => !isLegacy && !(answered && isSame(wanted(), answered));

  function next(): Request {
    if (isReplaced(requests.current(), wanted())) {
      [answered, mustSync] = [undefined, true];
      handlers.cover(filterOf([]), filterOf([]));
    }
    return mustSubscribe() ? subscribeTo(handlers) : stateOf(visibility.view(), handlers);
  }

  function proceed(): void {
    if (!options.isOver() && (mustSync || mustSubscribe()) && requests.start(next))
      visibility.hold();
  }

  function finish(): void {
    requests.finish();
    visibility.release();
    proceed();
  }

  function told(patterns?: readonly string[]): AgentFilter {
    const view = visibility.show(patterns);
    requests.told(view);
    handlers.told();
    visibility.retry();
    return view;
  }

  /** Makes the client itself ignore what it has not asked for. */
  function limit(): void {
    mustSync = !covers(told(wanted().patterns)) || !isSynced || mustSync;
    proceed();
  }

  return {
    isSynced: () => isSynced,
    isComplete: () => isSynced && !mustSync && !mustSubscribe(),
    proceed,
    wantedChanged: () => {
      (isLegacy ? limit : proceed)();
    },
    subscribed(patterns) {
      // Not an answer, or a late one, which a newer one may have overtaken: the end of a snapshot says what is in force.
      mustSync ||= !requests.isSubscribing();
      told(patterns);
      proceed();
    },
    completed(visibleAgents) {
      const request = requests.current();
      // Without a sign of the subscription, this is the late answer to an earlier `state:sync`.
      if (!request || (request.isSubscribe && !request.seen)) return false;
      const view = told(isLegacy ? wanted().patterns : visibleAgents);
      if (request.isSubscribe) answered = request.asked;
      mustSync = (mustSync && request.isSubscribe) || !isWhole(request, view, covers);
      const isFirst = !isSynced && !mustSync;
      isSynced ||= isFirst;
      if (!mustSync) handlers.cover(view, request.asked);
      finish();
      return isFirst;
    },
    failed(code) {
      if (!requests.failed(code)) return;
      isLegacy = true;
      limit();
      finish();
    },
  };
}

/**
 * Whether another request replaces a `subscribe` that has no answer. It may have had an effect even after `rate_limited`: the
 * limit may have been that of a `ping`.
 */
function isReplaced(before: Request | undefined, wanted: AgentFilter): boolean | undefined {
  return before?.isSubscribe && !isSame(wanted, before.asked);
}

/** Whether an answer contains all that was missing. */
function isWhole(
  { since, isTorn }: Request,
  view: AgentFilter,
  covers: SynchronizationHandlers['covers'],
): boolean {
  return !isTorn && (since === undefined || covers(view));
}

function subscribeTo(handlers: SynchronizationHandlers): Request {
  const asked = handlers.wanted();
  const since = handlers.hasAsked(asked) ? handlers.since() : undefined;
  return { isSubscribe: true, asked, since };
}

function stateOf(view: AgentFilter | undefined, handlers: SynchronizationHandlers): Request {
  const since = !view || handlers.covers(view) ? handlers.since() : undefined;
  return { isSubscribe: false, asked: handlers.wanted(), since, seen: view };
}
