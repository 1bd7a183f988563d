// Runs in a fresh process: imports the bundle of a function, calls its handler once, and reports how long both took.
// Plain JavaScript, because a TypeScript loader would take time.
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import timers from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const { file, event, withoutPauses } = JSON.parse(process.argv[2]);

if (withoutPauses) {
  timers.setTimeout = () => Promise.resolve();
  syncBuiltinESMExports();
}
const deadline = Date.now() + 30_000;
const context = {
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  awsRequestId: '11111111-2222-4333-8444-555555555555',
  getRemainingTimeInMillis: () => deadline - Date.now(),
};

const cpuAtStart = process.cpuUsage();
const startedAt = performance.now();
const { handler } = await import(pathToFileURL(file).href);
const importedAt = performance.now();
const value = await handler(event, context);
const endedAt = performance.now();
const { user, system } = process.cpuUsage(cpuAtStart);

process.send(
  {
    value,
    importMilliseconds: importedAt - startedAt,
    firstCallMilliseconds: endedAt - importedAt,
    cpuMilliseconds: (user + system) / 1000,
  },
  () => process.exit(),
);
