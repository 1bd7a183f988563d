// The CDK app as a function of its configuration: for the command line, the local stack and the tests.
import { App } from 'aws-cdk-lib';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import type { RequestedConfiguration } from './config/configuration';
import { stackName } from './config/names';
import type { CodeOf } from './constructs/base/service-function';
import { featureFlags } from './config/feature-flags';
import { MissionControlStack } from './stack';

export interface AppOptions {
  /** The directory of the cloud assembly. Default: the command line's. */
  readonly outdir?: string;
  /** The code of each function. Default: all functions are bundled now. */
  readonly codeOf?: CodeOf;
  /**
   * Whether CDK's rules check the template, and the assembly has the construct tree with stack traces. That takes some
   * seconds, and is needed for deployments only. Default: true.
   */
  readonly validate?: boolean;
  /** The region of the command line. Only the front door needs it. */
  readonly region?: string;
  /** Where the dashboard's files are, for the front door. Default: build/dashboard. */
  readonly dashboardDirectory?: string;
}

const untraced = { [DISABLE_CREATION_STACK_TRACES]: true };

/**
 * Builds the app: the functions are bundled and staged now, the template is written by its `synth()`.
 * @throws {@link ConfigurationError} if the configured front door cannot be deployed in this region, or lacks its files
 */
export function createApp(configuration: RequestedConfiguration, options: AppOptions = {}): App {
  const { validate = true } = options;
  const app = new App({
    // The caller calls `synth()`: at exit of the process, it would be too late for the local stack.
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
