// Implements Lambda's asynchronous invocations: retries, the maximum event age, and the record of a failed event.
import { randomUUID } from 'node:crypto';
import type { InvocationResult } from './invocation';
import type { Cancel, Timers } from '../support/timers';

export interface AsyncInvocationOptions {
  readonly functionArn: string;
  readonly timers: Timers;
  /** Retries after a failure: 0, 1 or 2. */
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  invoke(event: unknown, requestId: string): Promise<InvocationResult>;
  /** Called when an event is given up, with its record for the function's on-failure destination. */
  onGivenUp(record: InvocationRecord): void;
}

/**
 * What Lambda sends to an on-failure destination.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export interface InvocationRecord {
  readonly version: '1.0';
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    readonly functionError: 'Unhandled';
  };
  readonly responsePayload: { readonly errorType: string; readonly errorMessage: string };
}

/**
 * Lambda's defaults.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export const asyncDefaults = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 6 * 60 * 60 };

/** Lambda's pauses before the second and the third attempt. */
const retryDelayMilliseconds = [60_000, 120_000] as const;

export class AsyncInvocations {
  readonly #options: AsyncInvocationOptions;
  readonly #retries = new Set<Cancel>();
  #closed = false;

  constructor(options: AsyncInvocationOptions) {
    this.#options = options;
  }

  /** Invokes the function with a JSON copy of the event. The caller does not get the result. */
  accept(event: unknown): void {
    const copy = JSON.parse(JSON.stringify(event ?? null)) as unknown;
    void this.#attempt(copy, randomUUID(), 1, this.#options.timers.now());
  }

  /** Cancels all retries. */
  close(): void {
    this.#closed = true;
    this.#retries.forEach((cancel) => {
      cancel();
    });
    this.#retries.clear();
  }

  async #attempt(
    event: unknown,
    requestId: string,
    attempt: number,
    acceptedAt: number,
  ): Promise<void> {
    const { timers, maximumRetryAttempts, maximumEventAgeSeconds } = this.#options;
    const result = await this.#options.invoke(event, requestId);
    if (result.ok || this.#closed) return;
    const giveUp = (condition: InvocationRecord['requestContext']['condition']) => {
      const requestContext = { requestId, condition, approximateInvokeCount: attempt };
      this.#options.onGivenUp(this.#record(event, requestContext, result));
    };
    if (attempt > maximumRetryAttempts) {
      giveUp('RetriesExhausted');
      return;
    }
    const expiresAt = acceptedAt + maximumEventAgeSeconds * 1000;
    const delay = retryDelayMilliseconds[attempt - 1] ?? retryDelayMilliseconds[1];
    const cancel = timers.after(Math.min(delay, expiresAt - timers.now()), () => {
      this.#retries.delete(cancel);
      if (timers.now() >= expiresAt) giveUp('EventAgeExceeded');
      else void this.#attempt(event, requestId, attempt + 1, acceptedAt);
    });
    this.#retries.add(cancel);
  }

  #record(
    requestPayload: unknown,
    requestContext: Omit<InvocationRecord['requestContext'], 'functionArn'>,
    { errorType, errorMessage }: Extract<InvocationResult, { ok: false }>,
  ): InvocationRecord {
    const functionArn = `${this.#options.functionArn}:$LATEST`;
    return {
      version: '1.0',
      timestamp: new Date(this.#options.timers.now()).toISOString(),
      requestContext: { functionArn, ...requestContext },
      requestPayload,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType, errorMessage },
    };
  }
}
