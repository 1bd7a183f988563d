// Divides the time of an event, and of a handshake, into steps: by what the AWS endpoint and the clients have seen.
import { itemKinds } from '#lambdas/contract/table-keys';
import type { AnsweredRequest } from '#local/index';

/** The steps from `PutEvents` to the last message, and from a handshake to the first snapshot, in their order. */
export const stepNames = {
  event: ['bus', 'invoke', 'register', 'listing', 'first post', 'last post'],
  handshake: ['authorize', 'record', 'open', 'invoke', 'read', 'snapshot'],
} as const;

export type Measurement = keyof typeof stepNames;

/** Durations in milliseconds: of the whole, and of each step in the order of {@link stepNames}. */
export interface Timing {
  readonly total: number;
  readonly steps: readonly number[];
}

/** The times of an event; all times are milliseconds of the same clock. */
export interface EventTimes {
  /** When `PutEvents` was called. */
  readonly sentAt: number;
  readonly requests: readonly AnsweredRequest[];
  /** When the first and the last connection had the message. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * A step lasts from the end of the step before it to its own end. What ends earlier, because it ran beside that step, lasts 0.
 * @throws Error if a step was not seen
 */
export function timeEvent({ sentAt, requests, firstAt, lastAt }: EventTimes): Timing {
  const broadcast = requests.filter(({ sender }) => sender === 'mission-control-broadcast');
  const naming = (kind: string) => broadcast.filter(({ body }) => body.includes(`"${kind}`));
  const registers = naming(itemKinds.state).filter(({ operation }) => operation !== 'Query');
  const listings = naming(itemKinds.connections).filter(({ operation, answeredAt }) => {
    return operation === 'Query' && answeredAt <= firstAt;
  });
  return timeSteps('event', sentAt, [
    endOf(requests.filter(({ operation }) => operation === 'PutEvents')),
    beginOf(broadcast),
    // The register is written a second time after the fan-out.
    Math.min(...registers.map(({ answeredAt }) => answeredAt)),
    endOf(listings),
    ...[firstAt, lastAt],
  ]);
}

/** The times of a handshake, and of the snapshot after it. */
export interface HandshakeTimes {
  /** When the client began to connect. */
  readonly startedAt: number;
  readonly requests: readonly AnsweredRequest[];
  /** When the connection was open, and the client sent `state:sync`. */
  readonly openAt: number;
  readonly snapshotAt: number;
}

/** As for {@link timeEvent}. */
export function timeHandshake(times: HandshakeTimes): Timing {
  const { startedAt, requests, openAt, snapshotAt } = times;
  const of = (name: string) =>
    requests.filter(({ sender }) => sender === `mission-control-${name}`);
  return timeSteps('handshake', startedAt, [
    beginOf(of('connect')),
    endOf(of('connect')),
    openAt,
    beginOf(of('default')),
    endOf(of('default')),
    snapshotAt,
  ]);
}

/** When the first of the requests was received; Infinity if there is none. */
const beginOf = (requests: readonly AnsweredRequest[]) =>
  Math.min(...requests.map(({ receivedAt }) => receivedAt));

/** When the last of the requests was answered; -Infinity if there is none. */
const endOf = (requests: readonly AnsweredRequest[]) =>
  Math.max(...requests.map(({ answeredAt }) => answeredAt));

function timeSteps(measurement: Measurement, startedAt: number, ends: readonly number[]): Timing {
  const unseen = stepNames[measurement].filter((_, index) => !Number.isFinite(ends[index]));
  if (unseen.length > 0) {
    throw new Error(`The ${measurement} had no request of the step ${unseen.join(', ')}.`);
  }
  let at = startedAt;
  const steps = ends.map((end) => {
    const duration = Math.max(0, end - at);
    at = Math.max(at, end);
    return duration;
  });
  return { total: at - startedAt, steps };
}
