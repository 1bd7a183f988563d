// Entry of cdk.json: context in, cloud assembly out, or one message that lists what is wrong.
import { App } from 'aws-cdk-lib';
import { createApp } from './app';
import { parseConfiguration } from './configuration';

// Only an app knows how the command line hands its context over; this one is never synthesized.
const context = new App({ autoSynth: false }).node.getAllContext() as Record<string, unknown>;
const configuration = parseConfiguration(context);

if (configuration.ok) {
  createApp(configuration.value).synth();
} else {
  const faults = configuration.faults.map(({ path, problem }) => `  - ${path} ${problem}`);
  console.error(['The configuration is not complete or not valid:', ...faults].join('\n'));
  process.exitCode = 1;
}
