// Runs a function: queues its invocations, and starts execution environments for them as Lambda does.
import { randomBytes, randomUUID } from 'node:crypto';
import { ExecutionEnvironment } from './execution-environment';
import type { InvocationResult } from './invocation';
import type { LogLine } from '../support/log-line';

export interface RuntimeDefinition {
  readonly name: string;
  readonly arn: string;
  /** The path of the bundle, e.g. `…/index.mjs`. */
  readonly file: string;
  readonly exportName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** The number of invocations that may run at the same time. Further ones wait. */
  readonly maximumConcurrency: number;
}

interface Waiting {
  readonly event: string;
  readonly requestId: string;
  resolve(result: InvocationResult): void;
}

/**
 * The time that Lambda allows for loading a bundle. If it is exceeded, Lambda loads the bundle again, within the
 * function's timeout.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const initSeconds = 10;

export class FunctionRuntime {
  readonly #definition: RuntimeDefinition;
  readonly #onOutput: (stream: LogLine['stream'], line: string) => void;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #line: Waiting[] = [];
  #starting = 0;
  #closed = false;

  constructor(
    definition: RuntimeDefinition,
    onOutput: (stream: LogLine['stream'], line: string) => void,
  ) {
    this.#definition = definition;
    this.#onOutput = onOutput;
  }

  /** Runs the function with a JSON copy of `event`. Invocations begin in the order of the calls. */
  invoke(event: unknown, requestId: string = randomUUID()): Promise<InvocationResult> {
    if (this.#closed) return Promise.resolve(closed);
    return new Promise((resolve) => {
      this.#line.push({ event: JSON.stringify(event ?? null), requestId, resolve });
      this.#pump();
    });
  }

  /** Starts a thread, unless there is one. Its bundle is then loaded before the first invocation. */
  provision(): void {
    if (!this.#closed && this.#environments.size === 0) void this.#start();
  }

  /**
   * Ends all threads, even during an invocation. New ones start on demand.
   * @returns the number of threads
   */
  async terminateWorkers(): Promise<number> {
    const all = [...this.#environments];
    await Promise.all(all.map((environment) => environment.terminate()));
    return all.length;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#line.splice(0)) waiting.resolve(closed);
    await this.terminateWorkers();
  }

  #pump(): void {
    while (this.#line.length > 0) {
      const environment = this.#idle.pop();
      if (environment === undefined) break;
      const next = this.#line.shift();
      if (next !== undefined) void this.#run(environment, next);
    }
    const { maximumConcurrency } = this.#definition;
    while (this.#starting < this.#line.length && this.#environments.size < maximumConcurrency) {
      void this.#start();
    }
  }

  async #start(): Promise<void> {
    const { file, exportName, environment, memoryMegabytes, timeoutSeconds } = this.#definition;
    const started: ExecutionEnvironment = new ExecutionEnvironment({
      file,
      exportName,
      environment,
      memoryMegabytes,
      onOutput: this.#onOutput,
      onEnd: () => {
        this.#forget(started);
      },
    });
    this.#environments.add(started);
    this.#starting += 1;
    const result = await started.start((initSeconds + timeoutSeconds) * 1000);
    this.#starting -= 1;
    if (result.ok) {
      if (this.#environments.has(started)) this.#idle.push(started);
    } else {
      // As on Lambda, the invocation for which the environment was started fails with the error.
      this.#line.shift()?.resolve(result);
      await started.terminate();
    }
    this.#pump();
  }

  async #run(environment: ExecutionEnvironment, next: Waiting): Promise<void> {
    const { name, arn, memoryMegabytes, timeoutSeconds } = this.#definition;
    const seconds = Math.floor(Date.now() / 1000).toString(16);
    const result = await environment.invoke({
      event: next.event,
      timeoutMilliseconds: timeoutSeconds * 1000,
      traceId: `Root=1-${seconds}-${randomBytes(12).toString('hex')};Sampled=0`,
      context: {
        functionName: name,
        functionVersion: '$LATEST',
        invokedFunctionArn: arn,
        memoryLimitInMB: String(memoryMegabytes),
        logGroupName: this.#definition.environment['AWS_LAMBDA_LOG_GROUP_NAME'] ?? '',
        logStreamName: this.#definition.environment['AWS_LAMBDA_LOG_STREAM_NAME'] ?? '',
        awsRequestId: next.requestId,
      },
    });
    if (this.#environments.has(environment)) this.#idle.push(environment);
    next.resolve(result);
    this.#pump();
  }

  #forget(environment: ExecutionEnvironment): void {
    this.#environments.delete(environment);
    const at = this.#idle.indexOf(environment);
    if (at !== -1) this.#idle.splice(at, 1);
  }
}

const closed: InvocationResult = {
  ok: false,
  errorType: 'Crashed',
  errorMessage: 'the local stack is shutting down',
};
