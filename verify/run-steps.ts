// Runs the steps one after the other, and collects what holds.
import { summarize, type Durations } from './durations';
import type { Run, Step } from './step';
import { DoesNotHold, NotChecked } from './verdicts';

export type Result = { readonly name: string } & (
  | { readonly outcome: 'holds'; readonly milliseconds?: Durations }
  | { readonly outcome: 'fails'; readonly expected: string; readonly came: string }
  | { readonly outcome: 'not checked'; readonly reason: string }
);

export interface StepsOptions {
  readonly steps: readonly Step[];
  /** Runs at the end, also after an interruption; then its waits are not interrupted. */
  readonly cleanUp: Step;
  readonly run: Run;
  /** Called with each result at once. */
  readonly report: (result: Result) => void;
}

/** A failed step does not end the others: those that need what it should have done are not checked. Never rejects. */
export async function runSteps(options: StepsOptions): Promise<readonly Result[]> {
  const { steps, cleanUp, run, report } = options;
  const results: Result[] = [];
  const add = (result: Result) => {
    results.push(result);
    report(result);
  };
  for (const step of steps) {
    add(
      run.signal.aborted
        ? { name: step.name, outcome: 'not checked', reason: 'interrupted' }
        : await resultOf(step, run),
    );
  }
  add(await resultOf(cleanUp, { ...run, signal: new AbortController().signal }));
  return results;
}

async function resultOf({ name, run: check }: Step, run: Run): Promise<Result> {
  try {
    const milliseconds = summarize(await check(run));
    return { name, outcome: 'holds', ...(milliseconds === undefined ? {} : { milliseconds }) };
  } catch (error) {
    if (run.signal.aborted) return { name, outcome: 'not checked', reason: 'interrupted' };
    if (error instanceof NotChecked) return { name, outcome: 'not checked', reason: error.message };
    const { expected, came } =
      error instanceof DoesNotHold ? error : { expected: 'an answer', came: messageOf(error) };
    return { name, outcome: 'fails', expected: hidden(expected, run), came: hidden(came, run) };
  }
}

/** `fetch` says the reason only in its cause. */
function messageOf(error: unknown): string {
  const { message, cause, code } = error as Error & { readonly code?: string };
  const reason = cause instanceof Error ? messageOf(cause) : undefined;
  return reason ?? (message === '' ? (code ?? 'an error without a message') : message);
}

/** Leaves tokens out, which the answer of a server, or an error, could contain. */
function hidden(text: string, { service: { token, expiredToken } }: Run): string {
  return [token, expiredToken ?? '']
    .filter((secret) => secret !== '')
    .reduce((shown, secret) => shown.replaceAll(secret, '<token>'), text);
}
