// Reads the settings of a deployment from three layers: for all stages, for one stage, and for one command.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import cdkJson from '../../cdk.json';
import type { Fault } from '../../sdk/protocol/parse';
import { parseConfiguration, withoutUnset, type ParsedConfiguration } from './configuration';
import { deploymentSettingNames } from './deployment-settings';
import { defaultStage, isStageName } from './names';

type Settings = Readonly<Record<string, unknown>>;

/** The key in `cdk.json` with the settings of all stages. */
export const commonKey = 'missionControl';

export interface StagesOptions {
  /** Where the files of the stages are. Default: `infra/stages/`. */
  readonly folder?: string;
  /** The context of `cdk.json` itself, which the command line merges with its own. */
  readonly fileContext?: Settings;
}

/**
 * The configuration of a CDK app's context: `stages/<stage>.json` overrides `missionControl` in `cdk.json`, and
 * `-c name=value` overrides both. A fault names the layer of its setting.
 */
export function readConfiguration(
  context: Settings,
  { folder = path.join(__dirname, '../stages'), fileContext = cdkJson.context }: StagesOptions = {},
): ParsedConfiguration {
  const { [commonKey]: common = {}, ...commandLine } = context;
  const shared = isObject(common) ? common : {};
  const stage = commandLine['stage'] ?? shared['stage'] ?? defaultStage;
  const file = isStageName(stage) ? readStage(stage, folder) : { value: {}, faults: [] };
  const layers = [
    { settings: withoutUnset(shared), where: ' (in cdk.json)' },
    { settings: withoutUnset(file.value), where: ` (in ${nameOf(stage)})` },
    { settings: withoutUnset(commandLine), where: '' },
  ];
  const parsed = parseConfiguration(
    layers.reduce<Settings>((weaker, { settings }) => ({ ...weaker, ...settings }), {}),
  );
  const misplaced = deploymentSettingNames
    .filter((name) => name in fileContext)
    .map(misplacedFault);
  const faults = [
    ...(isObject(common) ? [] : [{ path: commonKey, problem: 'must be an object, in cdk.json' }]),
    ...file.faults,
    ...misplaced,
    ...(parsed.ok ? [] : parsed.faults.map((fault) => located(fault, layers))),
  ];
  return parsed.ok && faults.length === 0 ? parsed : { ok: false, faults };
}

/** Reads the settings of a stage. There are none if the file has faults, or if the default stage has no file. */
function readStage(
  stage: string,
  folder: string,
): { readonly value: Settings; readonly faults: readonly Fault[] } {
  const refuse = (where: string, problem: string) => ({
    value: {},
    faults: [{ path: where, problem }],
  });
  const file = path.join(folder, `${stage}.json`);
  const name = nameOf(stage);
  if (!existsSync(file)) {
    if (stage === defaultStage) return { value: {}, faults: [] };
    return refuse('stage', `is ${stage}, which has no file ${name}: {} would be enough`);
  }
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return refuse(name, `cannot be read: ${(error as Error).message}`);
  }
  if (!isObject(value)) return refuse(name, 'must be a JSON object of settings');
  const { stage: named, ...settings } = value;
  if (named === undefined) return { value: settings, faults: [] };
  const problem = `is the name of the file, and does not stand in it (${name})`;
  return { value: settings, faults: [{ path: 'stage', problem }] };
}

/** The path of a stage's file, relative to the project's folder. */
function nameOf(stage: unknown): string {
  return `infra/stages/${String(stage)}.json`;
}

/** Adds to a fault the layer of its setting, which is the last layer that sets it. */
function located(
  fault: Fault,
  layers: readonly { readonly settings: Settings; readonly where: string }[],
): Fault {
  const [name = ''] = fault.path.split('.');
  const where = layers.findLast(({ settings }) => name in settings)?.where ?? '';
  return { path: fault.path, problem: `${fault.problem}${where}` };
}

function misplacedFault(name: string): Fault {
  const problem = `stands beside CDK's own keys in cdk.json, where no stage could overrule it: put it into "${commonKey}" there`;
  return { path: name, problem };
}

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
