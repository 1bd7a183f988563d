// Writes the results: a line for each step, a sentence at the end, and JSON.
import { measuredOf, type MeasuredState } from './measured';
import type { Result } from './run-steps';
import type { Run } from './step';

/** A line of the output. @param width that of the longest name */
export function lineOf(result: Result, width: number): string {
  const name = result.name.padEnd(width);
  switch (result.outcome) {
    case 'holds': {
      const { milliseconds } = result;
      if (milliseconds === undefined) return `holds        ${name.trimEnd()}`;
      const { count, p50, p99 } = milliseconds;
      return `holds        ${name}  p50 ${shown(p50)}  p99 ${shown(p99)}  of ${count}`;
    }
    case 'fails':
      return `FAILS        ${result.name}: expected ${result.expected}; came ${result.came}`;
    case 'not checked':
      return `not checked  ${result.name}: ${result.reason}`;
  }
}

function shown(milliseconds: number): string {
  return `${milliseconds.toFixed(0).padStart(5)} ms`;
}

/** The last line. */
export function conclusionOf(results: readonly Result[]): string {
  const named = (outcome: Result['outcome']) => results.filter((one) => one.outcome === outcome);
  const failed = named('fails');
  const checked = results.length - named('not checked').length;
  if (failed.length === 0) return `All ${checked} steps that were checked hold.`;
  const names = failed.map(({ name }) => name).join(', ');
  return `${failed.length} of ${checked} steps that were checked ${failed.length === 1 ? 'does' : 'do'} not hold: ${names}.`;
}

/** What `--json` and `--output` write. */
export interface Report {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly url: string;
  /** Whether nothing fails. */
  readonly holds: boolean;
  readonly steps: readonly Result[];
  /** What `npm run cost -- --measured` takes in place of what is assumed. */
  readonly measured: MeasuredState;
}

export function reportOf(results: readonly Result[], run: Run, startedAt: Date): Report {
  return {
    startedAt: startedAt.toISOString(),
    // Without a query, which may have a secret.
    url: run.service.url.replace(/\?.*$/, ''),
    holds: results.every(({ outcome }) => outcome !== 'fails'),
    steps: results,
    measured: measuredOf(run.known.snapshot, run.agentId),
  };
}
