// Entry of cdk.json: context in, cloud assembly out, or one error that lists all faults.
import { App } from 'aws-cdk-lib';
import { createApp } from './app';
import { ConfigurationError } from './config/configuration-error';
import { readConfiguration } from './config/stages';

// Only an App reads the command line's context. This one is never synthesized.
const context = new App({ autoSynth: false }).node.getAllContext() as Record<string, unknown>;
// The command line's own: https://docs.aws.amazon.com/cdk/v2/guide/environments.html
const region = process.env['CDK_DEFAULT_REGION'];

try {
  const configuration = readConfiguration(context);
  if (!configuration.ok) throw new ConfigurationError(configuration.faults);
  createApp(configuration.value, region === undefined ? {} : { region }).synth();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
