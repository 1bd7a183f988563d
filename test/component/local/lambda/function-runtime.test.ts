// Bundles run in worker threads as in Lambda: with their own environment, a timeout, and a maximum concurrency.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionRuntime, type RuntimeDefinition } from '#local/lambda/function-runtime';
import { holdTimeouts, passTime, releaseTimeouts } from '#test/support/timeouts';

const directory = mkdtempSync(join(tmpdir(), 'runtime-'));
const open: FunctionRuntime[] = [];
let files = 0;

afterEach(async () => {
  releaseTimeouts();
  await Promise.all(open.splice(0).map((runtime) => runtime.close()));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function runtimeOf(code: string, options: Partial<RuntimeDefinition> = {}) {
  files += 1;
  const file = join(directory, `index${files}.mjs`);
  writeFileSync(file, code);
  const output: string[] = [];
  const runtime = new FunctionRuntime(
    {
      name: 'tiny',
      arn: 'arn:tiny',
      file,
      exportName: 'handler',
      environment: {},
      memoryMegabytes: 128,
      timeoutSeconds: 20,
      maximumConcurrency: 2,
      ...options,
    },
    (stream, line) => output.push(`${stream}: ${line}`),
  );
  open.push(runtime);
  return { runtime, output };
}

async function until(condition: () => boolean) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('invokes the handler with a copy of the event and a context', async () => {
  const { runtime } = runtimeOf(`
    export const handler = async (event, context) => ({
      event, name: context.functionName, id: context.awsRequestId, arn: context.invokedFunctionArn,
      memory: context.memoryLimitInMB, remaining: context.getRemainingTimeInMillis(), nothing: undefined,
    });`);
  const result = await runtime.invoke({ a: [1], dropped: undefined }, 'request-1');
  expect(result).toEqual({
    ok: true,
    value: {
      event: { a: [1] },
      name: 'tiny',
      id: 'request-1',
      arn: 'arn:tiny',
      memory: '128',
      remaining: expect.any(Number) as number,
    },
  });
  const { remaining } = (result as { value: { remaining: number } }).value;
  expect(remaining).toBeGreaterThan(15_000);
  expect(remaining).toBeLessThanOrEqual(20_000);
});

it('gives the handler only the given environment', async () => {
  process.env['AWS_PROFILE'] = 'developer';
  const { runtime } = runtimeOf(
    `export const handler = () => ({ ...process.env, _X_AMZN_TRACE_ID: undefined });`,
    { environment: { ONLY: 'this' } },
  );
  expect(await runtime.invoke({})).toEqual({ ok: true, value: { ONLY: 'this' } });
});

it('returns null for a handler that returns nothing, as Lambda does', async () => {
  const { runtime } = runtimeOf(`export const handler = async () => {};`);
  expect(await runtime.invoke({})).toEqual({ ok: true, value: null });
});

it('returns the error that a handler throws, and uses the environment again', async () => {
  const { runtime } = runtimeOf(`
    let calls = 0;
    export const handler = async () => {
      calls += 1;
      if (calls === 1) throw new TypeError('first');
      return calls;
    };`);
  expect(await runtime.invoke({})).toEqual({
    ok: false,
    errorType: 'TypeError',
    errorMessage: 'first',
  });
  expect(await runtime.invoke({})).toEqual({ ok: true, value: 2 });
});

it('ends the thread on a timeout, and starts a new one for the next invocation', async () => {
  const { runtime, output } = runtimeOf(
    `let calls = 0;
     export const handler = async (event) => {
       calls += 1;
       if (event.hang) for (;;);
       return calls;
     };`,
    { timeoutSeconds: 1, maximumConcurrency: 1 },
  );
  holdTimeouts();
  expect(await runtime.invoke({})).toEqual({ ok: true, value: 1 });
  const hangs = runtime.invoke({ hang: true });
  await passTime(1_000);
  expect(await hangs).toEqual({
    ok: false,
    errorType: 'TimedOut',
    errorMessage: 'Task timed out after 1.00 seconds',
  });
  expect(await runtime.invoke({})).toEqual({ ok: true, value: 1 });
  expect(output).toContain('stderr: Task timed out after 1.00 seconds');
});

it.each([
  ['process.exit', 'process.exit(3)', 'exit code 3'],
  [
    'an unhandled rejection',
    "void Promise.reject(new Error('lost')); await new Promise(() => {})",
    'lost',
  ],
])('reports %s as a crash', async (_, code, message) => {
  const { runtime } = runtimeOf(
    `export const handler = async (event) => { if (event.crash) { ${code} } return 'fine'; };`,
  );
  const result = await runtime.invoke({ crash: true });
  expect(result).toMatchObject({ ok: false, errorType: 'Crashed' });
  expect(result).toHaveProperty('errorMessage', expect.stringContaining(message));
  expect(await runtime.invoke({})).toEqual({ ok: true, value: 'fine' });
});

it('returns an error at the top level of the bundle as the result of the invocation', async () => {
  const { runtime, output } = runtimeOf(`throw new RangeError('at start');`);
  expect(await runtime.invoke({})).toEqual({
    ok: false,
    errorType: 'RangeError',
    errorMessage: 'at start',
  });
  await until(() => output.some((line) => line.startsWith('stderr: Init Error')));
});

it('logs an error in the log format of the function, in JSON with toJSON of the error', async () => {
  const environment = { AWS_LAMBDA_LOG_FORMAT: 'JSON' };
  const { runtime, output } = runtimeOf(
    `export const handler = async (short) => {
       if (!short) throw Object.assign(new TypeError('no'), { code: 'E' });
       throw Object.assign(new Error('Unauthorized'), { toJSON: () => ({ code: 'token_missing' }) });
     };`,
    { environment },
  );
  const logged = async (event: boolean) => {
    output.length = 0;
    await runtime.invoke(event, 'request-1');
    await until(() => output.length > 0);
    return output.map((text) => JSON.parse(text.replace('stdout: ', '')) as unknown);
  };
  const line = { timestamp: expect.any(String) as unknown, level: 'ERROR', requestId: 'request-1' };
  const stackTrace: unknown = expect.arrayContaining(['TypeError: no']);
  const message = { errorType: 'TypeError', errorMessage: 'no', code: 'E', stackTrace };
  await expect(logged(false)).resolves.toEqual([{ ...line, message }]);
  await expect(logged(true)).resolves.toEqual([{ ...line, message: { code: 'token_missing' } }]);
});

it('reports a handler that the bundle does not export', async () => {
  const { runtime } = runtimeOf(`export const other = () => {};`);
  expect(await runtime.invoke({})).toMatchObject({
    ok: false,
    errorType: 'Runtime.HandlerNotFound',
  });
});

it('runs one invocation at a time in an environment, and starts more environments up to the limit', async () => {
  const { runtime } = runtimeOf(
    `import { BroadcastChannel, threadId } from 'node:worker_threads';
     const others = new BroadcastChannel('environments');
     const meets = new Promise((resolve) => {
       others.onmessage = ({ data }) => {
         if (data === 'here') others.postMessage('here, too');
         resolve();
       };
     });
     others.postMessage('here');
     let running = 0;
     export const handler = async () => {
       running += 1;
       const seen = running;
       await Promise.all([meets, new Promise((resolve) => setTimeout(resolve, 50))]);
       others.unref();
       running -= 1;
       return { threadId, seen };
     };`,
  );
  const results = await Promise.all(Array.from({ length: 8 }, () => runtime.invoke({})));
  const values = results.map(
    (result) => (result as { value: { threadId: number; seen: number } }).value,
  );
  expect(values.map(({ seen }) => seen)).toEqual(Array.from({ length: 8 }, () => 1));
  expect(new Set(values.map(({ threadId }) => threadId)).size).toBe(2);
});

it('loads the bundle before the first invocation if it is provisioned, once', async () => {
  const { runtime, output } = runtimeOf(
    `import { threadId } from 'node:worker_threads';
     console.log('loaded');
     export const handler = async () => threadId;`,
  );
  runtime.provision();
  runtime.provision();
  await until(() => output.length > 0);
  const first = await runtime.invoke({});
  runtime.provision();
  expect(await runtime.invoke({})).toEqual(first);
  expect(output).toEqual(['stdout: loaded']);
});

it('fails only the invocation that waits for it if a provisioned thread cannot be loaded', async () => {
  const { runtime, output } = runtimeOf(`throw new RangeError('at start');`);
  runtime.provision();
  await until(() => output.some((line) => line.includes('Init Error')));
  expect(await runtime.invoke({})).toMatchObject({ ok: false, errorType: 'RangeError' });
});

it('forwards output line by line', async () => {
  const { runtime, output } = runtimeOf(
    `export const handler = async () => { console.log('one\\ntwo'); console.error('three'); };`,
  );
  await runtime.invoke({});
  await until(() => output.length === 3);
  expect(output.sort()).toEqual(['stderr: three', 'stdout: one', 'stdout: two']);
});

it('ends running invocations as crashed with terminateWorkers', async () => {
  const { runtime, output } = runtimeOf(
    `export const handler = async (event) => {
       if (event.wait) { console.log('started'); await new Promise(() => {}); }
       return 'fine';
     };`,
  );
  const struck = runtime.invoke({ wait: true });
  await until(() => output.length > 0);
  expect(await runtime.terminateWorkers()).toBe(1);
  expect(await struck).toMatchObject({ ok: false, errorType: 'Crashed' });
  expect(await runtime.invoke({})).toEqual({ ok: true, value: 'fine' });
});

it('ends running and waiting invocations on close, and refuses new ones', async () => {
  const { runtime, output } = runtimeOf(
    `export const handler = () => { console.log('started'); return new Promise(() => {}); };`,
    { maximumConcurrency: 1 },
  );
  const running = runtime.invoke({});
  const waiting = runtime.invoke({});
  await until(() => output.length > 0);
  await runtime.close();
  for (const result of [await running, await waiting, await runtime.invoke({})]) {
    expect(result).toMatchObject({ ok: false, errorType: 'Crashed' });
  }
});
