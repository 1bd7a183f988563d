// Injected faults for tests: AWS throttles, fails, closes the connection or is slow.
import type { ServiceRequest } from './service';

/** Which requests fail, and how. */
export interface Fault {
  /** The service's name in a signature's scope: `dynamodb`, `sqs`, `events` or `execute-api`. */
  readonly service: string;
  /** One operation, e.g. `PostToConnection`; all of the service when absent. */
  readonly operation?: string;
  /** Whether a request is one that it may strike, e.g. a post to one connection; all are when absent. */
  readonly when?: (request: StruckRequest) => boolean;
  /** How many requests it strikes; all until it is withdrawn when absent. */
  readonly times?: number;
  /** The share of the requests that it strikes, at random: from 0 to 1. Default: 1. */
  readonly share?: number;
  readonly effect: FaultEffect;
  /** Told of each request that it strikes. */
  readonly onStrike?: (request: StruckRequest) => void;
}

export type StruckRequest = Pick<ServiceRequest, 'method' | 'path' | 'body'>;

export type FaultEffect =
  /** Answers this status, e.g. 429 or 503, and does nothing. */
  | { readonly kind: 'status'; readonly status: number; readonly code?: string }
  /** Closes the TCP connection without an answer; with `done`, after it has done what was asked for. */
  | { readonly kind: 'drop'; readonly done?: boolean }
  /** Answers as usual, after a delay. */
  | { readonly kind: 'delay'; readonly milliseconds: number };

/** The faults that are to strike, the oldest first. */
export class Faults {
  readonly #planned = new Set<{ readonly fault: Fault; left: number }>();

  /** Adds a fault; the returned function withdraws it. */
  inject(fault: Fault): () => void {
    const plan = { fault, left: fault.times ?? Infinity };
    this.#planned.add(plan);
    return () => {
      this.#planned.delete(plan);
    };
  }

  /** The effect on one request, if any. */
  strike(service: string, operation: string, request: StruckRequest): FaultEffect | undefined {
    for (const plan of this.#planned) {
      const { fault } = plan;
      if (fault.service !== service) continue;
      if (fault.operation !== undefined && fault.operation !== operation) continue;
      if (fault.when !== undefined && !fault.when(request)) continue;
      if (fault.share !== undefined && Math.random() >= fault.share) continue;
      plan.left -= 1;
      if (plan.left <= 0) this.#planned.delete(plan);
      fault.onStrike?.(request);
      return fault.effect;
    }
    return undefined;
  }
}
