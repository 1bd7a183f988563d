// The CDK's feature flags are set in cdk.json. The command line reads them there, and all other code here.
import cdkJson from '../../cdk.json';

/** The feature flags of CDK, so that an app built without the command line has the same template. */
export const featureFlags: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(cdkJson.context).filter(([key]) => key.includes('/')),
);
