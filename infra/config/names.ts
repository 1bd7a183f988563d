// The names of a deployment's stack and resources.
import { parseSettings, serviceSettings } from '../../lambdas/contract/settings';

/** The default stage. Its resources have names without the stage. */
export const defaultStage = serviceSettings.stage.default;

interface Staged {
  readonly stage: string;
}

/** Whether a value is a valid name of a stage, which is part of file names and of names in AWS. */
export function isStageName(value: unknown): value is string {
  return parseSettings({ stage: value }, ['stage']).ok;
}

/** The prefix of resource names, which lets an account have several stages. */
export function resourceName({ stage }: Staged): string {
  return stage === defaultStage ? 'mission-control' : `mission-control-${stage}`;
}

/** The name of the CloudFormation stack. */
export function stackName({ stage }: Staged): string {
  return stage === defaultStage ? 'MissionControl' : `MissionControl-${stage}`;
}
