// CDK's behaviour is chosen once, in cdk.json: the command line reads it there, and everyone else here.
import cdkJson from '../../cdk.json';

/** The feature flags of CDK, so that an app built without the command line has the same template. */
export const featureFlags: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(cdkJson.context).filter(([key]) => key.includes('/')),
);
