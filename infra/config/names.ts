// The names of a deployment's stack and resources.
import { parseSettings, serviceSettings } from '../../lambdas/contract/settings';

/** The default stage, which is not part of the names of its resources. */
export const defaultStage = serviceSettings.stage.default;

interface Staged {
  readonly stage: string;
}

/** Whether a value is a valid name of a stage. It is used in file names and in names of AWS resources. */
export function isStageName(value: unknown): value is string {
  return parseSettings({ stage: value }, ['stage']).ok;
}

/** The prefix of resource names. It differs by stage, so that an account can have several stages. */
export function resourceName({ stage }: Staged): string {
  return stage === defaultStage ? 'mission-control' : `mission-control-${stage}`;
}

/** The name of the CloudFormation stack. */
export function stackName({ stage }: Staged): string {
  return stage === defaultStage ? 'MissionControl' : `MissionControl-${stage}`;
}
