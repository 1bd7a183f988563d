// Requests what a connection gets, and what the client has missed: with `subscribe` and `state:sync`, one at a time.
import { everyAgent, filterOf, type AgentFilter } from '../../../protocol/agent-patterns';
import { isSame } from '../subscription';
import { createRequests, type Request, type RequestsOptions } from './requests';
import type { Visibility } from './visibility';

export interface SynchronizationHandlers {
  /**
   * Returns the server time from which to request changes, in milliseconds since the Unix epoch; undefined for the complete
   * state.
   * @param view what the connection sees, if it is known
   */
  readonly since: (asked: AgentFilter, view?: AgentFilter) => number | undefined;
  /** Returns the agents that the application asks for. */
  readonly wanted: () => AgentFilter;
  /** Called before the server is asked to send only events of these agents. */
  readonly narrow: (asked: AgentFilter) => void;
  /** Called when the state of these agents is complete. */
  readonly cover: (asked: AgentFilter, view: AgentFilter) => void;
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
  const { turns, visibility, isSubscribing, wanted, since } = { ...options, ...handlers };
  const requests = createRequests(options);
  let isSynced = false;
  /** Whether the state has to be requested by itself: the answer to `subscribe` is only what has come into view. */
  let mustSync = !isSubscribing;
  /** What the server has subscribed this connection to; undefined before the first answer. */
  let answered = isSubscribing ? undefined : filterOf([everyAgent]);
  /** Whether the server does not know `subscribe`, so that the client itself ignores what it did not ask for. */
  let isLegacy = false;

  const isAnswered = () => isSame(wanted(), answered);
  const mustSubscribe = () => !isLegacy && !isAnswered();

  const next = () => requestOf(mustSubscribe(), visibility.view(), handlers);

  function proceed(): void {
    if (!options.isOver() && (mustSync || mustSubscribe()) && requests.start(next))
      visibility.hold(true);
  }

  function finish(): void {
    requests.finish();
    visibility.hold(false);
    proceed();
  }

  function told(patterns?: readonly string[]): AgentFilter {
    const view = visibility.show(patterns);
    requests.told(view);
    return view;
  }

  /** Makes the client itself ignore what it has not asked for. */
  function limit(): void {
    mustSync ||= !isSynced || since(wanted(), wanted()) === undefined;
    answered = wanted();
    told(answered.patterns);
    proceed();
  }

  return {
    isSynced: () => isSynced,
    // A `subscribe` that is in flight may change what the connection sees.
    isComplete: () => isSynced && !mustSync && !requests.current()?.isSubscribe && isAnswered(),
    proceed,
    wantedChanged: () => {
      (isLegacy ? limit : proceed)();
    },
    subscribed(patterns) {
      // Not an answer, or a late one, which a newer one may have overtaken: the end of a snapshot says what is in force.
      mustSync ||= !(turns.current() === 'sync' && requests.current()?.isSubscribe);
      told(patterns);
      proceed();
    },
    completed(visibleAgents) {
      const request = requests.current();
      // Without a sign of the subscription, this is the late answer to an earlier `state:sync`.
      if (!request || (request.isSubscribe && !request.seen)) return false;
      const { isSubscribe, asked } = request;
      const view = told(isLegacy ? wanted().patterns : visibleAgents);
      if (isSubscribe) answered = asked;
      const isPart = request.since !== undefined && since(asked, view) === undefined;
      mustSync = (mustSync && isSubscribe) || !!request.isTorn || isPart;
      const isFirst = !isSynced && !mustSync;
      isSynced ||= isFirst;
      if (!mustSync) handlers.cover(asked, view);
      finish();
      return isFirst;
    },
    failed(code) {
      const request = requests.current();
      // While a request is unanswered, this may be its late answer, and not that to `token:refresh`.
      turns.end(request ? 'sync' : turns.current());
      // Only a `subscribe` can be of an unknown type, however late the answer is.
      if (code !== 'unknown_type' || !request?.isSubscribe) return;
      isLegacy = true;
      limit();
      finish();
    },
  };
}

/** Returns the next request. @param view what the connection sees, if it is known */
function requestOf(
  isSubscribe: boolean,
  view: AgentFilter | undefined,
  { wanted, since, narrow }: SynchronizationHandlers,
): Request {
  const [asked, seen] = [wanted(), isSubscribe ? undefined : view];
  const request = { isSubscribe, asked, since: since(asked, seen), seen };
  if (isSubscribe) narrow(asked);
  return request;
}
