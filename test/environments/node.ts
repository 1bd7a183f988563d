// Runs a program in a version of Node.js.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Running } from './describe-environments';
import { installNode } from './projects';
import type { Visit } from './service';

/** @param file the path of the program, whose argument is the address of the visit */
export async function loadInNode(visit: Visit, version: string, file: string): Promise<Running> {
  const node = await installNode(version);
  const child = spawn(node, [file, visit.url], { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors = text(child.stderr);
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    visit,
    // The program ends by itself, because nothing is left that keeps it running.
    async end() {
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      const code = await exit;
      clearTimeout(timer);
      const complaints = await errors;
      return [...(complaints ? [complaints] : []), ...(code === 0 ? [] : [`exit code ${code}`])];
    },
  };
}
