// Injects faults into the AWS endpoint for tests: error responses, closed connections and delays.
import type { ServiceRequest } from './service';

/** A fault: the requests that it affects, and its effect. */
export interface Fault {
  /** The service's name in a signature's scope: `dynamodb`, `sqs`, `events` or `execute-api`. */
  readonly service: string;
  /** The operation, e.g. `PostToConnection`. Default: all operations of the service. */
  readonly operation?: string;
  /** Whether the fault may affect a request, e.g. a post to one connection. Default: it may affect all. */
  readonly when?: (request: AffectedRequest) => boolean;
  /** The number of requests that it affects. Default: all requests until it is withdrawn. */
  readonly times?: number;
  /** The share of the requests that it affects, chosen at random: from 0 to 1. Default: 1. */
  readonly share?: number;
  readonly effect: FaultEffect;
  /** Called with each request that it affects. */
  readonly onAffected?: (request: AffectedRequest) => void;
}

export type AffectedRequest = Pick<ServiceRequest, 'method' | 'path' | 'body'>;

export type FaultEffect =
  /** Responds with this HTTP status, e.g. 429 or 503, and does not run the operation. `code` names the error. */
  | { readonly kind: 'status'; readonly status: number; readonly code?: string }
  /** Closes the TCP connection without a response; with `done`, after the operation has run. */
  | { readonly kind: 'drop'; readonly done?: boolean }
  /** Runs the operation after a delay. */
  | { readonly kind: 'delay'; readonly milliseconds: number };

/** The faults of an endpoint. If several match a request, the oldest applies. */
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

  /** The effect on a request; undefined if no fault matches. Counts the request against `times`. */
  affect(service: string, operation: string, request: AffectedRequest): FaultEffect | undefined {
    for (const plan of this.#planned) {
      const { fault } = plan;
      if (fault.service !== service) continue;
      if (fault.operation !== undefined && fault.operation !== operation) continue;
      if (fault.when !== undefined && !fault.when(request)) continue;
      if (fault.share !== undefined && Math.random() >= fault.share) continue;
      plan.left -= 1;
      if (plan.left <= 0) this.#planned.delete(plan);
      fault.onAffected?.(request);
      return fault.effect;
    }
    return undefined;
  }
}
