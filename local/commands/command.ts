// What all commands share: output, exit code, and error messages without stack traces.
import { UsageError } from './arguments';

export interface Output {
  /** Writes the result, to stdout. */
  readonly print: (line: string) => void;
  /** Writes everything else, to stderr. */
  readonly complain: (line: string) => void;
}

/**
 * @param args those after the command's name
 * @returns the exit code
 */
export type Command = (args: readonly string[], output: Output) => Promise<number>;

/** A command that prints the message of an error. Its exit code is then 2 for a wrong command line, else 1. */
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
  // A closed terminal or pipe must not end a command half-way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.exitCode = await command(process.argv.slice(2), output);
}
