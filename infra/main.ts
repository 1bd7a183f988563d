// The entry of the CDK app: writes the cloud assembly, or an error that lists all faults of the configuration.
import { App } from 'aws-cdk-lib';
import { createApp } from './app';
import { ConfigurationError } from './config/configuration-error';
import { readConfiguration } from './config/stages';

// Only an App reads the context of the command line. This App is never synthesized.
const context = new App({ autoSynth: false }).node.getAllContext() as Record<string, unknown>;
// The CDK's command line sets this variable: https://docs.aws.amazon.com/cdk/v2/guide/environments.html
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
