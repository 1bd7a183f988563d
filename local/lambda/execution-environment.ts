// Runs an execution environment of a function: a worker thread that handles one invocation at a time.
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { InvocationResult } from './invocation';
import { lineSplitter, type LogLine } from '../support/log-line';

export interface ExecutionEnvironmentOptions {
  /** The path of the bundle. */
  readonly file: string;
  readonly exportName: string;
  /** The function's complete `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  onOutput(stream: LogLine['stream'], line: string): void;
  /** Called once, when the environment has ended for any reason. It accepts no more invocations. */
  onEnd(): void;
}

export interface Invocation {
  /** The event as JSON text. */
  readonly event: string;
  /** The properties of Lambda's context object that are texts. */
  readonly context: Readonly<Record<string, string>>;
  readonly timeoutMilliseconds: number;
  readonly traceId: string;
}

type Message =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly value: string }
  | {
      readonly type: 'failure' | 'initFailure';
      readonly errorType: string;
      readonly errorMessage: string;
    };

type Failure = Extract<InvocationResult, { ok: false }>;

const workerFile = join(__dirname, 'worker.mjs');
const ready: InvocationResult = { ok: true, value: undefined };

export class ExecutionEnvironment {
  readonly #options: ExecutionEnvironmentOptions;
  readonly #worker: Worker;
  #waiting: ((result: InvocationResult) => void) | undefined;
  #ended = false;

  constructor(options: ExecutionEnvironmentOptions) {
    this.#options = options;
    this.#worker = new Worker(workerFile, {
      workerData: { file: options.file, exportName: options.exportName },
      env: options.environment as NodeJS.ProcessEnv,
      // The thread must not inherit the parent's loaders (tsx, jest).
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMegabytes },
      stdout: true,
      stderr: true,
    });
    this.#pipe('stdout', this.#worker.stdout);
    this.#pipe('stderr', this.#worker.stderr);
    this.#worker.on('message', (message: Message) => {
      this.#receive(message);
    });
    this.#worker.on('error', (error) => {
      this.#end(crashed(error instanceof Error ? error.message : String(error)));
    });
    this.#worker.on('exit', (code) => {
      this.#end(crashed(`the process ended with exit code ${code}`));
    });
  }

  /** Waits until the bundle is loaded. If that fails or times out, the error is the result. Never rejects. */
  start(timeoutMilliseconds: number): Promise<InvocationResult> {
    return this.#await(timeoutMilliseconds, `Initialization timed out`);
  }

  /** Runs the handler once. A timeout or a crash ends the environment. */
  async invoke({ timeoutMilliseconds, ...rest }: Invocation): Promise<InvocationResult> {
    const seconds = (timeoutMilliseconds / 1000).toFixed(2);
    const result = this.#await(timeoutMilliseconds, `Task timed out after ${seconds} seconds`);
    const deadline = Date.now() + timeoutMilliseconds;
    this.#worker.postMessage({ ...rest, context: { ...rest.context, deadline } });
    return result;
  }

  /** Ends the thread at once. The result of a running invocation is then a failure of the type `Crashed`. */
  async terminate(): Promise<void> {
    this.#end(crashed('the execution environment was terminated'));
    await this.#worker.terminate();
  }

  #await(timeoutMilliseconds: number, complaint: string): Promise<InvocationResult> {
    if (this.#ended) return Promise.resolve(crashed('the execution environment has ended'));
    return new Promise((resolve) => {
      const timeout = setTimeout(() => {
        this.#options.onOutput('stderr', complaint);
        this.#end({ ok: false, errorType: 'TimedOut', errorMessage: complaint });
        void this.#worker.terminate();
      }, timeoutMilliseconds);
      this.#waiting = (result) => {
        clearTimeout(timeout);
        resolve(result);
      };
    });
  }

  #receive(message: Message): void {
    if (message.type === 'ready') {
      this.#settle(ready);
    } else if (message.type === 'result') {
      this.#settle({ ok: true, value: JSON.parse(message.value) as unknown });
    } else {
      const { errorType, errorMessage } = message;
      this.#settle({ ok: false, errorType, errorMessage });
    }
  }

  #settle(result: InvocationResult): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(result);
  }

  #end(why: Failure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd();
    this.#settle(why);
  }

  #pipe(stream: LogLine['stream'], source: Readable): void {
    const lines = lineSplitter((line) => {
      this.#options.onOutput(stream, line);
    });
    source.setEncoding('utf8');
    source.on('data', (chunk: string) => {
      lines.write(chunk);
    });
    source.on('end', () => {
      lines.end();
    });
  }
}

function crashed(errorMessage: string): Failure {
  return { ok: false, errorType: 'Crashed', errorMessage };
}
