// Defines the state of the connection that the client exposes to applications, and reports its changes.
import { everyAgent } from '../../protocol/agent-patterns';
import type { Links } from './links';
import { isCode, type Log } from './log';
import type { Clock } from './timers';
import { initialState, type ConnectionState, type State } from './transition';

/** The state of the connection. Each change creates a new object. */
export interface Connection {
  readonly state: ConnectionState;
  /** Number of the current or next attempt since the last stable connection; 0 if there is none. */
  readonly attempt: number;
  /** Milliseconds from `since` to the next attempt; undefined if none is scheduled. */
  readonly retryInMs: number | undefined;
  /** Close code of the WebSocket that ended before this state; undefined if there is none. */
  readonly code: number | undefined;
  /** The reason given by the server, or one of the reasons listed in docs/client.md. */
  readonly reason: string | undefined;
  /**
   * Why the server refuses the token: a code of `/whoami`, e.g. `token_expired` or `audience_wrong`; docs/logs.md has all of
   * them. Undefined if the server has not said so, as when the connection failed for another reason.
   */
  readonly refusal?: string | undefined;
  /** The time at which this state was entered, in milliseconds since the Unix epoch. */
  readonly since: number;
  /**
   * The patterns of the agents that the client may see, as the server has said; undefined: all agents. The maps of the
   * client contain no others.
   */
  readonly visibleAgents?: readonly string[] | undefined;
  /**
   * Whether the client has the state of all agents that it asks for and may see: an agent that is not in its maps has not
   * reported.
   */
  readonly isSynced: boolean;
}

type Visibility = Pick<Links, 'visible' | 'isSynced'>;

export interface Reporter {
  /** Returns the connection as it was last reported. */
  readonly connection: () => Connection;
  /**
   * Reports the connection, if it has changed.
   * @param since the time at which the state was entered; undefined if it is the same state as before
   */
  readonly report: (state: State, since?: number) => void;
}

/** Creates the reporter of a client in its initial state. */
export function createReporter({
  links,
  clock,
  log,
  changed,
}: {
  readonly links: Visibility;
  readonly clock: Pick<Clock, 'now'>;
  readonly log?: Log | undefined;
  readonly changed: (connection: Connection, previous: Connection) => void;
}): Reporter {
  let connection = connectionOf(initialState, clock.now(), links);
  return {
    connection: () => connection,
    report(state, since = connection.since) {
      const previous = connection;
      const next = connectionOf(state, since, links);
      const names = Object.keys(next) as (keyof Connection)[];
      if (names.every((name) => next[name] === previous[name])) return;
      connection = next;
      log?.(describe(next));
      changed(next, previous);
    },
  };
}

function connectionOf(
  { name, attempt, retryInMs, code, reason, refusal }: State,
  since: number,
  { visible, isSynced }: Visibility,
): Connection {
  const { patterns } = visible();
  const visibleAgents = patterns[0] === everyAgent ? undefined : patterns;
  return {
    ...{ state: name, attempt, retryInMs, code, reason, refusal, since, visibleAgents },
    isSynced: name === 'connected' && isSynced(),
  };
}

/** Describes a connection without what another program may have written: of reasons, only those that are a short code. */
function describe(connection: Connection): string {
  const { state, isSynced, attempt, retryInMs, code, reason, refusal } = connection;
  return [
    isSynced ? 'synced' : state,
    attempt && `attempt ${attempt}`,
    retryInMs && `in ${retryInMs} ms`,
    code,
    isCode(reason) && reason,
    refusal,
  ]
    .filter(Boolean)
    .join(', ');
}
