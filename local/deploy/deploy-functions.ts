// Creates the template's functions from the bundles in the cloud assembly.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessKeys } from '../aws/endpoint/principal';
import { requirePermission, roleFor, type Roles } from './roles';
import type { Queues } from '../aws/sqs/queue';
import { queueOf } from './deploy-queues';
import type { Resource, ResolvedTemplate } from '../template/resolve-template';
import { TemplateError, type Place } from '../template/template';
import { asyncDefaults } from '../lambda/async-invocations';
import { environmentOf } from '../lambda/function-environment';
import { functionNameOf } from '../template/function-name';
import { createLocalFunction, type LocalFunction } from '../lambda/local-function';
import type { WriteLogLine } from '../support/log-line';
import type { Timers } from '../support/timers';

export interface FunctionDependencies {
  /** The cloud assembly's directory: code with the S3 key `<hash>.zip` is in its folder `asset.<hash>`. */
  readonly assetDirectory: string;
  readonly endpointUrl: string;
  readonly roles: Roles;
  readonly keys: AccessKeys;
  readonly queues: Queues;
  readonly timers: Timers;
  readonly log: WriteLogLine;
  /** Timeouts that replace those of the template, by function name. */
  readonly functionTimeoutSeconds: Readonly<Record<string, number>>;
  /** Called after each invocation; `startedAt` is in milliseconds since the Unix epoch. */
  readonly onInvoked?: (name: string, startedAt: number, ok: boolean) => void;
}

type FunctionResource = Resource<'AWS::Lambda::Function'>;

/** The most worker threads of one function. On one machine, more of them only slow down other functions. */
const maximumWorkers = 4;

/**
 * Creates the functions. None of them starts a worker thread before it is invoked or provisioned.
 * @returns the functions by name
 * @throws {TemplateError} if a function's code, role or failure destination is missing, or its role lacks a permission
 */
export function deployFunctions(
  template: ResolvedTemplate,
  dependencies: FunctionDependencies,
): ReadonlyMap<string, LocalFunction> {
  const functions = template
    .of('AWS::Lambda::Function')
    .map((resource) => deployFunction(resource, template, dependencies));
  return new Map(functions.map((each) => [each.name, each]));
}

function deployFunction(
  resource: FunctionResource,
  template: ResolvedTemplate,
  dependencies: FunctionDependencies,
): LocalFunction {
  const { logicalId, type, ref: name, attributes, properties } = resource;
  const place = { logicalId, type };
  const role = roleFor(dependencies.roles, properties.Role, 'lambda.amazonaws.com', place);
  const code = codeOf(resource, dependencies.assetDirectory, place);
  const config = template
    .of('AWS::Lambda::EventInvokeConfig')
    .find((each) => functionNameOf(each.properties.FunctionName) === name);
  const destination = config?.properties.DestinationConfig?.OnFailure?.Destination;
  if (config !== undefined) {
    const configPlace = { logicalId: config.logicalId, type: config.type };
    requireQualifier(template, name, config.properties.Qualifier, configPlace);
    if (destination !== undefined) {
      queueOf(dependencies.queues, destination, configPlace);
      requirePermission(role, 'sqs:SendMessage', destination, configPlace);
    }
  }
  const logging = properties.LoggingConfig;
  return createLocalFunction({
    name,
    arn: attributes['Arn'] ?? '',
    roleArn: role.arn,
    ...code,
    environment: environmentOf({
      functionName: name,
      variables: properties.Environment?.Variables ?? {},
      handler: properties.Handler,
      runtime: properties.Runtime,
      codeDirectory: code.directory,
      memoryMegabytes: properties.MemorySize,
      logGroupName: logging?.LogGroup ?? `/aws/lambda/${name}`,
      logFormat: logging?.LogFormat,
      logLevel: logging?.ApplicationLogLevel,
      endpointUrl: dependencies.endpointUrl,
      credentials: dependencies.keys.issue(role.name, name, role.permissions),
    }),
    memoryMegabytes: properties.MemorySize,
    timeoutSeconds: dependencies.functionTimeoutSeconds[name] ?? properties.Timeout,
    maximumConcurrency: Math.min(
      maximumWorkers,
      properties.ReservedConcurrentExecutions ?? maximumWorkers,
    ),
    timers: dependencies.timers,
    maximumRetryAttempts:
      config?.properties.MaximumRetryAttempts ?? asyncDefaults.maximumRetryAttempts,
    maximumEventAgeSeconds:
      config?.properties.MaximumEventAgeInSeconds ?? asyncDefaults.maximumEventAgeSeconds,
    log: dependencies.log,
    onInvoked: dependencies.onInvoked,
    onGivenUp(record) {
      const queue = destination === undefined ? undefined : dependencies.queues.get(destination);
      queue?.send({ body: JSON.stringify(record), senderId: `${role.name}:${name}` });
    },
  });
}

/** A function is the same under each of its qualifiers here; on AWS, a configuration applies to one of them. */
function requireQualifier(
  template: ResolvedTemplate,
  functionName: string,
  qualifier: string,
  place: Place,
): void {
  const aliases = aliasesOf(template, functionName).map(({ properties }) => properties.Name);
  // Who invokes the alias does not invoke $LATEST.
  const known = aliases.length > 0 ? aliases : ['$LATEST'];
  if (known.includes(qualifier)) return;
  throw new TemplateError(place, `its Qualifier must be ${known.join(' or ')}, not ${qualifier}`);
}

function aliasesOf(template: ResolvedTemplate, functionName: string) {
  return template
    .of('AWS::Lambda::Alias')
    .filter(({ properties }) => functionNameOf(properties.FunctionName) === functionName);
}

/**
 * The names of the functions that have provisioned concurrency. One thread of each is to start before its first invocation,
 * however many the template wants.
 */
export function provisionedIn(template: ResolvedTemplate): readonly string[] {
  return template
    .of('AWS::Lambda::Alias')
    .filter(({ properties }) => properties.ProvisionedConcurrencyConfig !== undefined)
    .map(({ properties }) => functionNameOf(properties.FunctionName));
}

/** The file of a function's bundle. As on AWS, an ES module takes precedence. */
function codeOf({ properties }: FunctionResource, assetDirectory: string, place: Place) {
  const { Code, Handler } = properties;
  const [module = '', exportName = ''] = Handler.split('.');
  const asset = `asset.${Code.S3Key.replace(/\.zip$/, '')}`;
  const directory = join(assetDirectory, asset);
  const file = ['.mjs', '.js', '.cjs']
    .map((extension) => join(directory, module + extension))
    .find(existsSync);
  if (file !== undefined) return { file, exportName, directory };
  throw new TemplateError(place, `its code ${asset}/${module}.mjs must be in ${assetDirectory}`);
}
