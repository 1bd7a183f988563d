// The process of the execution environments of `broadcast`, which are threads as in the local stack; it measures its CPU time.
import { randomUUID } from 'node:crypto';
import { FunctionRuntime } from '#local/lambda/function-runtime';
import { createPayload, dueAt, type Load } from './load';

/** The function to run. */
export interface FunctionsTask {
  /** The function's bundle. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Maximum number of concurrent invocations, each in its own environment. Further events wait. */
  readonly environments: number;
}

/** Events to invoke the function with. */
export interface FunctionsOrder {
  readonly load: Load;
  /** Time after the last event at which waiting events are dropped. */
  readonly graceMilliseconds: number;
}

/** The result of a load. */
export interface FunctionsEnd {
  /** User and system time of all environments, from the first event to the end of the last invocation. */
  readonly cpuMicroseconds: number;
  /** Time from the first event to the end of the last invocation. */
  readonly milliseconds: number;
  /** Milliseconds since the Unix epoch. */
  readonly endedAt: number;
  /** Events that were dropped before their invocation. */
  readonly dropped: number;
  /** Number of failed invocations, and of logged warnings and errors. */
  readonly complaints: number;
  /** The first of them. */
  readonly complaint?: string;
}

const tickMilliseconds = 20;

class Functions {
  private readonly runtime: FunctionRuntime;
  private readonly line: object[] = [];
  private running = 0;
  private complaints: string[] = [];

  constructor(private readonly task: FunctionsTask) {
    const { file, environment, environments } = task;
    this.runtime = new FunctionRuntime(
      {
        ...{ name: 'broadcast', arn: 'arn:aws:lambda:eu-central-1:0:function:broadcast' },
        ...{ file, exportName: 'handler', environment, maximumConcurrency: environments },
        memoryMegabytes: 1769,
        // Lambda's maximum. An invocation must not hand over its work, because there is no queue here.
        timeoutSeconds: 900,
      },
      (stream, text) => {
        if (stream === 'stderr' || /"level":"(WARN|ERROR)"/.test(text)) this.complaints.push(text);
      },
    );
  }

  async run({ load, graceMilliseconds }: FunctionsOrder): Promise<FunctionsEnd> {
    this.complaints = [];
    const end = load.first + load.count;
    await pause(load.startAt - now());
    const cpu = process.cpuUsage();
    for (let next = load.first; next < end;) {
      await pause(dueAt(load, next) - now());
      while (next < end && dueAt(load, next) <= now()) this.report(load, next++);
    }
    const dropAt = dueAt(load, end - 1) + graceMilliseconds;
    let dropped = 0;
    while (this.running > 0) {
      await pause(tickMilliseconds);
      if (now() >= dropAt) dropped += this.line.splice(0).length;
    }
    const endedAt = now();
    const { user, system } = process.cpuUsage(cpu);
    const [complaint] = this.complaints;
    return {
      ...{ cpuMicroseconds: user + system, milliseconds: endedAt - load.startAt, endedAt, dropped },
      complaints: this.complaints.length,
      ...(complaint === undefined ? {} : { complaint }),
    };
  }

  private report(load: Load, index: number): void {
    // The event as EventBridge delivers it.
    this.line.push({
      version: '0',
      id: randomUUID(),
      'detail-type': 'session:activity',
      source: 'mission-control.agents',
      account: '000000000000',
      time: new Date(dueAt(load, index)).toISOString().replace(/\.\d+/, ''),
      region: 'eu-central-1',
      resources: [],
      detail: createPayload(load, index),
    });
    this.begin();
  }

  private begin(): void {
    while (this.running < this.task.environments) {
      const event = this.line.shift();
      if (event === undefined) return;
      this.running += 1;
      void this.runtime.invoke(event).then((result) => {
        this.running -= 1;
        if (!result.ok) this.complaints.push(`${result.errorType}: ${result.errorMessage}`);
        this.begin();
      });
    }
  }
}

const now = () => performance.timeOrigin + performance.now();

function pause(milliseconds: number): Promise<void> {
  // Rounded up, because a timer of Node.js can fire up to a millisecond early.
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.ceil(milliseconds))));
}

if (require.main === module) {
  const functions = new Functions(JSON.parse(process.argv[2] ?? '') as FunctionsTask);
  process.once('disconnect', () => process.exit(0));
  process.on('message', (order: FunctionsOrder) => {
    void functions.run(order).then((end) => process.send?.(end));
  });
}
