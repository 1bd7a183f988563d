// The location of the functions' bundles.
import path from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { CodeOf } from '../constructs/base/service-function';

/** The folder of the bundles, with a subfolder for each function. */
export const bundlesFolder = path.resolve(__dirname, '../../build/lambdas');

/** The code that the last call of `bundleFunctions` wrote. */
export function bundledFunctions(): CodeOf {
  return (name) => Code.fromAsset(path.join(bundlesFolder, name));
}
