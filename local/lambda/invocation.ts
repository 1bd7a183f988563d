// Defines the interface for invoking a function, synchronously or asynchronously.

/** The result of an invocation. The error types `TimedOut` and `Crashed` are the local stack's own. */
export type InvocationResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** Resolves with the result (RequestResponse), for API Gateway and event source mappings. */
  invoke(event: unknown): Promise<InvocationResult>;
  /** Accepts the event and returns (Event), for EventBridge and schedules. EventInvokeConfig determines the retries. */
  invokeAsync(event: unknown): void;
}
