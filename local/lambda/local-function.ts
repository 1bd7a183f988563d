// A function of the local stack: both ways to invoke it, over one pool of execution environments.
import { AsyncInvocations, type InvocationRecord } from './async-invocations';
import { FunctionRuntime, type RuntimeDefinition } from './function-runtime';
import type { InvocationResult, LambdaFunction } from './invocation';
import type { WriteLogLine } from '../support/log-line';
import type { Timers } from '../support/timers';

export interface LocalFunctionOptions extends RuntimeDefinition {
  readonly roleArn: string;
  readonly timers: Timers;
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  readonly log: WriteLogLine;
  /** Is told of each invocation when it has ended. Times are milliseconds since the Unix epoch. */
  readonly onInvoked?: ((name: string, startedAt: number, ok: boolean) => void) | undefined;
  /** Where records of events go that were given up; absent when the template names no destination. */
  readonly onGivenUp?: ((record: InvocationRecord) => void) | undefined;
}

/** A function, with what tests and fault injection need besides. */
export interface LocalFunction extends LambdaFunction {
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly maximumConcurrency: number;
  /** Ends the function's threads at once, also in the middle of an invocation; gives their number. */
  terminateWorkers(): Promise<number>;
  close(): Promise<void>;
}

export function createLocalFunction(options: LocalFunctionOptions): LocalFunction {
  const { name, arn, roleArn, log, timers, timeoutSeconds, maximumConcurrency } = options;
  const runtime = new FunctionRuntime(options, (stream, text) => {
    log({ source: name, stream, text });
  });
  const invoke = async (event: unknown, requestId?: string): Promise<InvocationResult> => {
    const startedAt = timers.now();
    const result = await runtime.invoke(event, requestId);
    options.onInvoked?.(name, startedAt, result.ok);
    return result;
  };
  const asyncInvocations = new AsyncInvocations({
    functionArn: arn,
    timers,
    maximumRetryAttempts: options.maximumRetryAttempts,
    maximumEventAgeSeconds: options.maximumEventAgeSeconds,
    invoke,
    onGivenUp(record) {
      const { condition, approximateInvokeCount, requestId } = record.requestContext;
      const text = `${name} gave up event ${requestId} after ${approximateInvokeCount} attempts (${condition}): ${record.responsePayload.errorType}`;
      log({ source: 'stack', stream: 'stderr', text });
      options.onGivenUp?.(record);
    },
  });
  return {
    name,
    arn,
    roleArn,
    timeoutSeconds,
    maximumConcurrency,
    invoke: (event) => invoke(event),
    invokeAsync(event) {
      asyncInvocations.accept(event);
    },
    terminateWorkers: () => runtime.terminateWorkers(),
    async close() {
      asyncInvocations.close();
      await runtime.close();
    },
  };
}
