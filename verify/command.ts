// Implements `npm run verify`.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { withSentences, type Command, type Output } from '#sdk/command/command';
import { createPublisher } from '#sdk/publisher';
import { help, parseOptions, type VerifyOptions } from './options';
import { conclusionOf, lineOf, reportOf } from './report';
import { runSteps } from './run-steps';
import type { Run } from './step';
import { cleanUp, steps } from './steps';
import { findService, type Service, type TargetDependencies } from './target';

export interface VerifyDependencies extends TargetDependencies {
  /** Resolves when the command is interrupted. */
  readonly interrupted: () => Promise<unknown>;
  /** The time between two events. */
  readonly pauseMilliseconds: number;
}

/** The exit code that shells use after Ctrl-C. */
const interruptedCode = 130;

/** Creates the command. After an interruption it still sets the agent offline. */
export function createVerifyCommand(dependencies: VerifyDependencies): Command {
  return withSentences(async (args, output) => {
    const options = parseOptions(args);
    if (options === undefined) {
      output.print(help);
      return 0;
    }
    const interruption = new AbortController();
    void dependencies.interrupted().then(() => {
      interruption.abort();
    });
    const service = await findService(options, dependencies);
    const run = runOf(options, service, {
      signal: interruption.signal,
      pauseMilliseconds: dependencies.pauseMilliseconds,
    });
    try {
      const holds = await verify(options, run, output);
      if (interruption.signal.aborted) return interruptedCode;
      return holds ? 0 : 1;
    } finally {
      await run.publisher.close();
    }
  });
}

function runOf(
  { times, events, timeoutMilliseconds, heartbeatMilliseconds }: VerifyOptions,
  service: Service,
  given: Pick<Run, 'signal' | 'pauseMilliseconds'>,
): Run {
  const { eventBusName, eventSource, clientConfiguration } = service;
  return {
    ...{ service, times, events, timeoutMilliseconds, heartbeatMilliseconds, ...given },
    agentId: `verify-${randomBytes(4).toString('hex')}`,
    publisher: createPublisher({
      ...{ eventBusName, clientConfiguration },
      ...(eventSource === undefined ? {} : { eventSource }),
      // One failure may pass; the reason of others is to be said before the timeout.
      maxAttempts: 2,
      // The steps say it.
      onError: () => undefined,
    }),
    known: { opened: new Set() },
  };
}

/** @returns whether everything holds */
async function verify(options: VerifyOptions, run: Run, output: Output): Promise<boolean> {
  const startedAt = new Date();
  // With --json, only the JSON is the result.
  const say = options.isJson ? output.complain : output.print;
  const width = Math.max(...steps.map(({ name }) => name.length));
  const results = await runSteps({
    ...{ steps, cleanUp, run },
    report: (result) => {
      say(lineOf(result, width));
    },
  });
  say(conclusionOf(results));
  const report = reportOf(results, run, startedAt);
  const text = JSON.stringify(report, undefined, 2);
  if (options.isJson) output.print(text);
  if (options.output !== undefined) await writeFile(options.output, `${text}\n`);
  return report.holds;
}
