// The interface by which the other rooms invoke a function, synchronously or asynchronously.

/** The outcome of an invocation. The error types `TimedOut` and `Crashed` are the local stack's own. */
export type InvocationResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** Waits for the result (RequestResponse), as API Gateway and event source mappings do. */
  invoke(event: unknown): Promise<InvocationResult>;
  /** Takes the event and retries by the function's EventInvokeConfig, as EventBridge and schedules do. */
  invokeAsync(event: unknown): void;
}
