// How a command meets the world: its output, its exit code, and sentences instead of stack traces.
import { UsageError } from './arguments';

export interface Output {
  /** What was asked for: stdout. */
  readonly print: (line: string) => void;
  /** Everything else: stderr. */
  readonly complain: (line: string) => void;
}

/** Takes the arguments after the command's name; gives the exit code. */
export type Command = (args: readonly string[], output: Output) => Promise<number>;

/** A command that answers an error with its message: exit code 2 for a wrong command line, else 1. */
export function withSentences(command: Command): Command {
  return async (args, output) => {
    try {
      return await command(args, output);
    } catch (error) {
      output.complain(error instanceof Error ? error.message : String(error));
      if (!(error instanceof UsageError)) return 1;
      output.complain('--help lists all options.');
      return 2;
    }
  };
}

/** Runs a command as this process. */
export async function runAsProcess(command: Command): Promise<void> {
  const output: Output = {
    print: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
  };
  // A terminal that was closed, or a pipe that nobody reads any more, ends no command half-way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.exitCode = await command(process.argv.slice(2), output);
}
