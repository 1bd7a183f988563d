// Entry of cdk.json: context in, cloud assembly out, or one message that lists what is wrong.
import { App } from 'aws-cdk-lib';
import { createApp } from './app';
import { describeConfigurationFaults } from './configuration-error';
import { readConfiguration } from './stages';

// Only an app knows how the command line hands its context over; this one is never synthesized.
const context = new App({ autoSynth: false }).node.getAllContext() as Record<string, unknown>;
const configuration = readConfiguration(context);

if (configuration.ok) {
  createApp(configuration.value).synth();
} else {
  console.error(describeConfigurationFaults(configuration.faults));
  process.exitCode = 1;
}
