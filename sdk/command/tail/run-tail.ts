// Runs `tail` with the streams, the environment and the signals of this process.
import { WebSocket } from 'ws';
import type { Command } from '../command';
import { createTailCommand } from './tail';
import { watchReader } from './watch-reader';

/** The command `tail`. */
export const runTail: Command = (args, output) => {
  const { stdout } = process;
  return createTailCommand({
    token: process.env['MISSION_CONTROL_TOKEN'],
    terminal: {
      columns: () => (stdout.isTTY ? stdout.columns : undefined),
      hasColors: stdout.isTTY && stdout.hasColors(),
    },
    fetch,
    // Node.js 20 has none.
    WebSocket,
    now: Date.now,
    ended,
  })(args, output);
};

/** The exit codes that shells use for programs that a signal has ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

function ended(): Promise<number> {
  return new Promise((resolve, reject) => {
    for (const [signal, code] of Object.entries(exitCodes)) {
      process.once(signal, () => {
        resolve(code);
      });
    }
    watchReader(() => {
      resolve(0);
    }, reject);
  });
}
