// Runs a command and returns its exit code and output.
import type { Command } from '#sdk/command/command';

export async function run(command: Command, ...args: string[]) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const exitCode = await command(args, {
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
  });
  return { exitCode, printed: printed.join('\n'), complaints: complaints.join('\n') };
}
