// Reads the CDK's feature flags from cdk.json, for apps that run without the command line.
import cdkJson from '../../cdk.json';

/** The feature flags by name. With them, an app without the command line has the same template. */
export const featureFlags: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(cdkJson.context).filter(([key]) => key.includes('/')),
);
