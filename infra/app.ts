// Creates the CDK app from a configuration, for the command line, the local stack and the tests.
import { App } from 'aws-cdk-lib';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import type { RequestedConfiguration } from './config/configuration';
import { stackName } from './config/names';
import type { CodeOf } from './constructs/base/service-function';
import { featureFlags } from './config/feature-flags';
import { MissionControlStack } from './stack';

export interface AppOptions {
  /** The directory of the cloud assembly. Default: the one that the command line selects. */
  readonly outdir?: string;
  /** The code of each function. Default: all functions are bundled now. */
  readonly codeOf?: CodeOf;
  /**
   * Whether the CDK validates the template, and writes the construct tree with stack traces. This takes some seconds, and is only
   * needed for deployments. Default: true.
   */
  readonly validate?: boolean;
  /** The region of the command line. Only the front door needs it. */
  readonly region?: string;
  /** The directory of the dashboard's files, for the front door. Default: build/dashboard. */
  readonly dashboardDirectory?: string;
}

const untraced = { [DISABLE_CREATION_STACK_TRACES]: true };

/**
 * Creates the app. Bundles and stages the functions; `synth()` of the app writes the template.
 * @throws {@link ConfigurationError} if the front door cannot be deployed in this region, or its files are missing
 */
export function createApp(configuration: RequestedConfiguration, options: AppOptions = {}): App {
  const { validate = true } = options;
  const app = new App({
    // The caller calls `synth()`. Automatic synthesis runs at the exit of the process, which is too late for the local stack.
    autoSynth: false,
    analyticsReporting: false,
    builtinCloudFormationValidation: validate,
    treeMetadata: validate,
    context: { ...featureFlags, ...(validate ? {} : untraced) },
    ...(options.outdir === undefined ? {} : { outdir: options.outdir }),
  });
  const { region, dashboardDirectory, codeOf } = options;
  new MissionControlStack(app, stackName(configuration), {
    configuration,
    ...(codeOf === undefined ? {} : { codeOf }),
    ...(configuration.frontDoor === undefined || region === undefined ? {} : { region }),
    ...(dashboardDirectory === undefined ? {} : { dashboardDirectory }),
  });
  return app;
}
