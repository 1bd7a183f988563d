// Where the functions' bundles are.
import path from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { CodeOf } from '../constructs/base/service-function';

/** One folder for each function, below the project's own. */
export const bundlesFolder = path.resolve(__dirname, '../../build/lambdas');

/** The code that `bundleFunctions` has written last. */
export function bundledFunctions(): CodeOf {
  return (name) => Code.fromAsset(path.join(bundlesFolder, name));
}
