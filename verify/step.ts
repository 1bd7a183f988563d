// Defines a step of the verification: what it is given, and how it says that something does not hold.
import type { Publisher } from '#sdk/publisher';
import type { Connection } from './connection';
import type { Service } from './target';
import { NotChecked } from './verdicts';

/** One thing that users rely on. Steps run one after the other, in the order of steps/index.ts. */
export interface Step {
  /** Part of the output, e.g. `event to message`. */
  readonly name: string;
  /**
   * Checks that it holds.
   * @returns the durations that were measured, in milliseconds
   * @throws {DoesNotHold} if it does not; {@link NotChecked} if it cannot be checked
   */
  readonly run: (run: Run) => Promise<readonly number[]>;
}

/** What the steps of one verification share. */
export interface Run {
  readonly service: Service;
  readonly publisher: Publisher;
  /** The agent that the steps report, e.g. `verify-3f9a1c`. */
  readonly agentId: string;
  /** How often each answer is measured. */
  readonly times: number;
  /** How many events are measured. */
  readonly events: number;
  /** How long an answer may take. */
  readonly timeoutMilliseconds: number;
  /** How long the next heartbeat may take. */
  readonly heartbeatMilliseconds: number;
  /** The time between two events, after which the service sends each of them at once. */
  readonly pauseMilliseconds: number;
  /** Aborts when the command is interrupted. */
  readonly signal: AbortSignal;
  /** What earlier steps have found out. */
  readonly known: Known;
}

interface Known {
  /** The first connection that was opened, on which the others watch. It negotiates no batches. */
  connection?: Connection;
  /** All connections that were opened, for the clean-up. */
  readonly opened: Set<Connection>;
  /** The `sub` of the token, as `/whoami` says it. */
  userId?: string;
  /** Whether the agent was reported, so that it must be set `offline`. */
  isReported?: boolean;
  /** The last status of the agent whose message has come. */
  status?: string;
  snapshot?: Snapshot;
}

/** The state as a client gets it. */
export interface Snapshot {
  /** The events that it has, as texts of messages, by list: `agents`, `sessions`. */
  readonly agents: readonly string[];
  readonly sessions: readonly string[];
  readonly heartbeatSeconds: number | undefined;
}

/** The connection on which steps watch. @throws {NotChecked} if no handshake has succeeded */
export function watched({ known }: Run): Connection {
  if (known.connection !== undefined) return known.connection;
  throw new NotChecked('it needs a connection, and no handshake has succeeded');
}
