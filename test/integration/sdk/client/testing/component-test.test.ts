// The component test in docs/client.md, run unchanged: React renders it in jsdom with the provider and a fake client.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { JSDOM } from 'jsdom';

const project = path.resolve(__dirname, '../../../../..');
const entries = { react: 'react/index.ts', testing: 'testing/index.ts' };

/** React schedules tasks with it. The one of Node.js would keep the process alive. */
class MessageChannel {
  readonly port1: { onmessage?: () => void } = {};
  readonly port2 = { postMessage: () => setImmediate(() => this.port1.onmessage?.()) };
}

/** Returns the code of the sample as a script. */
async function bundled(): Promise<string> {
  const docs = await readFile(path.join(project, 'docs/client.md'), 'utf8');
  const samples = [...docs.matchAll(/^```jsx\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const contents = samples.find((code) => code.includes("'mission-control-realtime/testing'"));
  const { outputFiles } = await build({
    stdin: { contents: contents ?? '', resolveDir: project, loader: 'jsx' },
    alias: Object.fromEntries(
      Object.entries(entries).map(([entry, file]) => [
        `mission-control-realtime/${entry}`,
        path.join(project, 'sdk/client', file),
      ]),
    ),
    bundle: true,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"test"' },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

it.each([true, false])(
  'passes with the component of the sample, and fails with another text, with animation frames: %s',
  async (pretendToBeVisual) => {
    const code = await bundled();
    const run = async (text: string) => {
      const { window } = new JSDOM('<body></body>', {
        runScripts: 'outside-only',
        pretendToBeVisual,
      });
      const tests: (() => Promise<void>)[] = [];
      Object.assign(window, {
        it: (_title: string, test: () => Promise<void>) => tests.push(test),
        expect,
        queueMicrotask,
        MessageChannel,
        IS_REACT_ACT_ENVIRONMENT: true,
      });
      window.eval(text);
      expect(tests).toHaveLength(1);
      try {
        for (const test of tests) await test();
      } finally {
        window.close();
      }
    };
    await run(code);
    await expect(run(code.replace('is ${status}', 'was ${status}'))).rejects.toThrow('was error');
    // esbuild is a separate process, which may start slowly on a busy machine.
  },
  120_000,
);
