// Synthesizes templates for the infrastructure tests, and makes them readable: names instead of logical ids.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import { createApp, type AppOptions } from '#infra/app';
import { parseConfiguration } from '#infra/config/configuration';

/** The context of a CDK app. A test that does not set the issuer and the audience gets those of `sample`. */
export type Context = Readonly<Record<string, unknown>>;

const sample = { issuer: 'https://issuer.example.com', audience: 'mission-control' };

/** Sample files that the front door serves. */
export const dashboardDirectory = path.join(__dirname, 'dashboard');

const quick: AppOptions = {
  validate: false,
  codeOf: () => Code.fromInline('// Tests of the template need no code.'),
  region: 'us-east-1',
  dashboardDirectory,
};

/** Synthesizes into a temporary directory, which it removes before it returns. */
export function synthesize(context: Context = {}, options: AppOptions = quick) {
  const configuration = parseConfiguration({ ...sample, ...context });
  if (!configuration.ok) throw new Error(JSON.stringify(configuration.faults));
  const outdir = mkdtempSync(path.join(tmpdir(), 'mission-control-infra-'));
  try {
    const stack = createApp(configuration.value, { ...options, outdir }).synth().stacks[0];
    if (stack === undefined) throw new Error('The app has no stack.');
    return {
      stackName: stack.stackName,
      tags: stack.tags,
      template: Template.fromJSON(stack.template as Record<string, unknown>),
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const foreignDirectories: string[] = [];
afterAll(() => {
  for (const directory of foreignDirectories) rmSync(directory, { recursive: true });
});

/** Another CDK app, whose assembly is removed at the end of the test file. */
export function foreignApp(context: Context = {}): App {
  const outdir = mkdtempSync(path.join(tmpdir(), 'mission-control-foreign-'));
  foreignDirectories.push(outdir);
  return new App({
    ...{ outdir, context: { ...context, [DISABLE_CREATION_STACK_TRACES]: true } },
    ...{ analyticsReporting: false, builtinCloudFormationValidation: false, autoSynth: false },
    treeMetadata: false,
  });
}

export interface Resource {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: string | undefined;
}

interface RawResource {
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}

/** The resources of a type whose properties match `properties`, with every intrinsic function as text. */
export function resourcesOf(
  template: Template,
  type: string,
  properties: unknown = {},
): Resource[] {
  const found = template.findResources(type, { Properties: properties }) as Record<
    string,
    RawResource
  >;
  return Object.entries(found).map(([id, raw]) => ({
    id: nameOf(id),
    properties: readable(raw.Properties ?? {}) as Record<string, unknown>,
    dependsOn: (raw.DependsOn ?? []).map(nameOf),
    deletionPolicy: raw.DeletionPolicy,
  }));
}

/** The only resource of a type that matches `properties`; throws if there is none or more than one. */
export function resourceOf(template: Template, type: string, properties: unknown = {}): Resource {
  const [first, ...others] = resourcesOf(template, type, properties);
  if (first === undefined || others.length > 0) {
    throw new Error(`Expected one ${type}, found ${String(others.length + (first ? 1 : 0))}.`);
  }
  return first;
}

/** A function, by the name of its folder. */
export function functionOf(template: Template, name: string): Resource {
  return resourceOf(template, 'AWS::Lambda::Function', { FunctionName: `mission-control-${name}` });
}

/** The environment variables of a function. */
export function environmentOf({ properties }: Resource): Readonly<Record<string, string>> {
  return (properties['Environment'] as { Variables: Record<string, string> }).Variables;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** What the policies of a role allow: actions by resource, or by resource and partition key. Fails on a `Deny` statement. */
export function allowedTo(template: Template, role: unknown): Record<string, string[]> {
  const allowed: Record<string, string[]> = {};
  for (const { properties } of resourcesOf(template, 'AWS::IAM::Policy')) {
    const { Roles, PolicyDocument } = properties as {
      Roles: string[];
      PolicyDocument: { Statement: Statement[] };
    };
    if (!Roles.some((id) => role === `\${${id.slice(2, -1)}.Arn}`)) continue;
    for (const { Effect, Action, Resource, Condition } of PolicyDocument.Statement) {
      expect(Effect).toBe('Allow');
      for (const resource of [Resource].flat().flatMap((each) => withItems(each, Condition))) {
        allowed[resource] = [...(allowed[resource] ?? []), ...[Action].flat()].sort();
      }
    }
  }
  return allowed;
}

/** `${StoreTable.Arn} connections#*` for a condition on partition keys; fails on any other condition. */
function withItems(resource: string, condition: unknown): readonly string[] {
  if (condition === undefined) return [resource];
  const operator = 'ForAllValues:StringLike';
  const keys = 'dynamodb:LeadingKeys';
  const items = (condition as Record<string, Record<string, string | string[]>>)[operator]?.[keys];
  expect(condition).toEqual({ [operator]: { [keys]: items } });
  return [items ?? []].flat().map((item) => `${resource} ${item}`);
}

/** Intrinsic functions as text: `${StoreTable}`, `${StoreTable.Arn}`. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const given = value as Record<string, unknown>;
  if (typeof given['Ref'] === 'string') return `\${${nameOf(given['Ref'])}}`;
  const [id, attribute] = (given['Fn::GetAtt'] ?? []) as string[];
  if (id !== undefined) return `\${${nameOf(id)}.${String(attribute)}}`;
  const [separator, parts] = (given['Fn::Join'] ?? []) as [string?, unknown[]?];
  if (separator !== undefined) return (parts ?? []).map(readable).join(separator);
  if (typeof given['Fn::Sub'] === 'string') return given['Fn::Sub'];
  return Object.fromEntries(Object.entries(given).map(([key, inner]) => [key, readable(inner)]));
}

/** A logical id without CDK's hash and without the name of the outermost construct. */
function nameOf(id: string): string {
  return id.replace(/^Realtime/, '').replace(/[0-9A-F]{8}$/, '');
}
