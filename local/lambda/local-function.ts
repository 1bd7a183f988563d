// Creates the functions of the local stack, each with synchronous and asynchronous invocations and its own threads.
// Other folders also use asyncDefaults, environmentOf and FunctionRuntime, and the types of invocation.ts.
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
  /** Called when an invocation has ended. `startedAt` is in milliseconds since the Unix epoch. */
  readonly onInvoked?: ((name: string, startedAt: number, ok: boolean) => void) | undefined;
  /** Called with the record of each event that is given up. */
  readonly onGivenUp?: ((record: InvocationRecord) => void) | undefined;
}

/** A function of the local stack, with the settings that the deployment of other resources checks. */
export interface LocalFunction extends LambdaFunction {
  /** The path of its bundle. */
  readonly file: string;
  /** Its complete `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly maximumConcurrency: number;
  /** Starts a thread, unless there is one, so that the first invocation need not wait for it. */
  provision(): void;
  /** Ends the function's threads at once, even during an invocation. @returns their number */
  terminateWorkers(): Promise<number>;
  close(): Promise<void>;
}

/** Starts no thread before the first invocation, or `provision`. */
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
    ...{ name, arn, roleArn, timeoutSeconds, maximumConcurrency },
    ...{ file: options.file, environment: options.environment },
    invoke: (event) => invoke(event),
    invokeAsync(event) {
      asyncInvocations.accept(event);
    },
    provision() {
      runtime.provision();
    },
    terminateWorkers: () => runtime.terminateWorkers(),
    async close() {
      asyncInvocations.close();
      await runtime.close();
    },
  };
}
