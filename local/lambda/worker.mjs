// Runs in the thread of an execution environment: loads a bundle and runs its handler.
// Plain JavaScript, because a worker has no TypeScript loader.
import console from 'node:console';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const { file, exportName } = workerData;

const describe = (error) => ({
  errorType: error instanceof Error ? error.name : typeof error,
  errorMessage: error instanceof Error ? error.message : String(error),
});

/** Writes errors with all their properties. JSON.stringify calls an error's `toJSON`, if any, first. */
const replacer = (_, value) =>
  value instanceof Error
    ? {
        errorType: value.constructor.name,
        errorMessage: value.message,
        stackTrace: value.stack?.split('\n'),
        ...value,
      }
    : value;

/**
 * Logs an error of a function in the function's log format, as Lambda's runtime does.
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/LogPatch.js
 */
const report = (title, error, requestId) => {
  if (process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON') {
    const timestamp = new Date().toISOString();
    const message = error instanceof Error ? error : new Error(String(error));
    console.log(JSON.stringify({ timestamp, level: 'ERROR', requestId, message }, replacer));
  } else {
    const stack = error instanceof Error ? error.stack?.split('\n') : undefined;
    console.error(`${title} ${JSON.stringify({ ...describe(error), stack })}`);
  }
};

async function load() {
  const bundle = await import(pathToFileURL(file).href);
  const handler = bundle[exportName] ?? bundle.default?.[exportName];
  if (typeof handler === 'function') return handler;
  throw Object.assign(new Error(`${file} exports no function ${exportName}`), {
    name: 'Runtime.HandlerNotFound',
  });
}

const contextOf = ({ deadline, ...facts }) => ({
  ...facts,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

try {
  const handler = await load();
  parentPort.on('message', async ({ event, context, traceId }) => {
    process.env._X_AMZN_TRACE_ID = traceId;
    try {
      // There is no callback argument, as in Lambda's runtime for Node.js 24.
      const value = await handler(JSON.parse(event), contextOf(context));
      parentPort.postMessage({ type: 'result', value: JSON.stringify(value) ?? 'null' });
    } catch (error) {
      report('Invoke Error', error, context.awsRequestId);
      parentPort.postMessage({ type: 'failure', ...describe(error) });
    }
  });
  parentPort.postMessage({ type: 'ready' });
} catch (error) {
  report('Init Error', error);
  parentPort.postMessage({ type: 'initFailure', ...describe(error) });
}
