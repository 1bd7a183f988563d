// The fresh process in which `cold-start` imports a bundle and calls its handler.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadedKilobytes } from '#bench/cold-start/loaded-modules';
import { runCold } from '#bench/cold-start/run-cold';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cold-start-test-'));
});

afterAll(() => rm(directory, { recursive: true }));

async function coldStart(name: string, source: string) {
  const file = path.join(directory, `${name}.mjs`);
  await writeFile(file, source);
  return runCold({
    file,
    environment: { STAGE: 'live' },
    event: { answer: 42 },
    withoutPauses: true,
  });
}

/** Keeps the process busy for `milliseconds`. */
const busy = (milliseconds: number) =>
  `for (const end = performance.now() + ${milliseconds}; performance.now() < end;);`;

it('measures the import and the first call, with the variables of the function only and without its pauses', async () => {
  const run = await coldStart(
    'works',
    `import { setTimeout as sleep } from 'node:timers/promises';
     ${busy(30)}
     export const handler = async (event, context) => {
       ${busy(60)}
       await sleep(1e9);
       console.log('called');
       const hasTime = context.getRemainingTimeInMillis() > 1000;
       return { ...event, hasTime, stage: process.env.STAGE, others: process.env.HOME };
     };`,
  );
  expect(run.value).toEqual({ answer: 42, hasTime: true, stage: 'live' });
  expect(run.printed).toBe('called\n');
  expect(run.importMilliseconds).toBeGreaterThanOrEqual(30);
  expect(run.firstCallMilliseconds).toBeGreaterThanOrEqual(60);
  expect(run.cpuMilliseconds).toBeGreaterThan(0);
});

it.each([
  ['an import', `throw new Error('STAGE is missing');`],
  ['a first call', `export const handler = () => { throw new Error('STAGE is missing'); };`],
])('fails with the error of %s', async (name, source) => {
  await expect(coldStart(name.replaceAll(' ', '-'), source)).rejects.toThrow('STAGE is missing');
});

it('counts a module with those that it imports, each once, and without those that it loads when it needs them', async () => {
  const write = (name: string, text: string) => writeFile(path.join(directory, name), text);
  const filled = (text: string) => text.padEnd(1_000, ' ');
  await write(
    'entry.mjs',
    filled(`import"./a.mjs";import{b as c}from"./b.mjs";import("./later.mjs");`),
  );
  await write('a.mjs', filled(`import{b}from"./b.mjs";import"node:http";`));
  await write('b.mjs', filled(`export{b}from"./a.mjs";`));
  await write('later.mjs', filled(''));
  await expect(loadedKilobytes(path.join(directory, 'entry.mjs'))).resolves.toBe(3);
});
