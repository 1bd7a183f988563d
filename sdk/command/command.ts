// Defines what all commands share: output, exit codes, and error messages without stack traces.
import { UsageError } from './arguments';

export interface Output {
  /** Writes a line of the result to stdout. */
  readonly print: (line: string) => void;
  /** Writes any other line to stderr. */
  readonly complain: (line: string) => void;
}

/**
 * @param args the arguments after the command's name
 * @returns the exit code
 */
export type Command = (args: readonly string[], output: Output) => Promise<number>;

/** Makes a command print the message of an error. The exit code is then 2 for a {@link UsageError}, otherwise 1. */
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

/** Runs a command with the arguments, the output streams and the exit code of this process. */
export async function runAsProcess(command: Command): Promise<void> {
  const output: Output = {
    print: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
  };
  // Without a listener, an error of a closed terminal or pipe would end the process before the command is done.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.exitCode = await command(process.argv.slice(2), output);
}
