// How a deployment's stack and resources are called.
import { parseSettings, serviceSettings } from '../../lambdas/contract/settings';

/** The stage that is meant when none is named; its resources bear the plain names. */
export const defaultStage = serviceSettings.stage.default;

interface Staged {
  readonly stage: string;
}

/** Whether a value can name a stage: it is part of file names and of names in AWS. */
export function isStageName(value: unknown): value is string {
  return parseSettings({ stage: value }, ['stage']).ok;
}

/** What names of resources begin with: two stages live side by side in one account. */
export function resourceName({ stage }: Staged): string {
  return stage === defaultStage ? 'mission-control' : `mission-control-${stage}`;
}

/** The name of the CloudFormation stack. */
export function stackName({ stage }: Staged): string {
  return stage === defaultStage ? 'MissionControl' : `MissionControl-${stage}`;
}
