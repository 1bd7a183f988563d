// Turns a template into resources with names and plain, checked properties: the input of everything else.
import { describeFaults, parse } from '#sdk/protocol';
import { localize, type ApiAddress, type LocalUrls } from './addresses';
import { conditionHolds } from './conditions';
import { resolve, type Scope } from './intrinsics';
import { namesFor } from './names';
import type { Identity } from './properties';
import { noValue, pseudoParameter } from './pseudo-parameters';
import { isTypeName, resourceTypes, type PropertiesOf, type TypeName } from './resource-types';
import { TemplateError, type Place, type Template, type TemplateResource } from './template';

export interface Resource<Type extends TypeName = TypeName> extends Identity {
  readonly logicalId: string;
  readonly type: Type;
  readonly properties: PropertiesOf<Type>;
}

export interface ResolvedTemplate {
  /** All resources of a type, in the template's order. */
  readonly of: <Type extends TypeName>(type: Type) => readonly Resource<Type>[];
  /** The template's outputs by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface ResolveOptions {
  readonly template: Template;
  readonly stackName: string;
  readonly urls: LocalUrls;
}

const sections = new Set([
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
]);
const resourceKeys = new Set([
  'Condition',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'Properties',
  'Type',
  'UpdateReplacePolicy',
]);
const bootstrapParameter = 'BootstrapVersion';
const bootstrapRule = 'CheckBootstrapVersion';

/**
 * Resolves references, in the order of their dependencies, and checks every resource.
 * @throws {TemplateError} for whatever the local stack does not know, with logical id, type and property
 */
export function resolveTemplate({ template, stackName, urls }: ResolveOptions): ResolvedTemplate {
  checkSections(template);
  const resolved = new Map<string, Resource>();
  const inProgress = new Set<string>();
  const apis: ApiAddress[] = [];

  const exists = ({ Condition }: TemplateResource) =>
    Condition === undefined || conditionHolds(template.Conditions ?? {}, Condition, scope);

  const resource = (logicalId: string, from: Place): Resource => {
    const known = resolved.get(logicalId);
    if (known !== undefined) return known;
    const given = Object.hasOwn(template.Resources, logicalId)
      ? template.Resources[logicalId]
      : undefined;
    if (given === undefined || !exists(given)) {
      throw new TemplateError(from, `it refers to ${logicalId}, which does not exist`);
    }
    if (inProgress.has(logicalId)) {
      throw new TemplateError(from, `it refers to ${logicalId}, which refers back to it`);
    }
    inProgress.add(logicalId);
    const result = resolveResource(logicalId, given, scope, stackName, urls);
    inProgress.delete(logicalId);
    resolved.set(logicalId, result);
    return result;
  };

  const scope: Scope = {
    ref(name, place) {
      const pseudo = pseudoParameter(name, stackName);
      if (pseudo !== undefined) return pseudo;
      const parameters = template.Parameters ?? {};
      if (Object.hasOwn(parameters, name)) return parameters[name]?.Default;
      return resource(name, place).ref;
    },
    attribute(logicalId, name, place) {
      const { attributes, type } = resource(logicalId, place);
      const value = attributes[name];
      if (value !== undefined) return value;
      throw new TemplateError(
        place,
        `it uses ${logicalId}.${name}; the local stack does not know the attribute ${name} of ${type}`,
      );
    },
    condition: (name) => conditionHolds(template.Conditions ?? {}, name, scope),
  };

  for (const [logicalId, given] of Object.entries(template.Resources)) {
    if (!exists(given)) continue;
    const found = resource(logicalId, { logicalId });
    if (isOfType(found, 'AWS::ApiGatewayV2::Api')) {
      apis.push({ apiId: found.ref, protocol: found.properties.ProtocolType });
    }
    for (const dependency of [given.DependsOn ?? []].flat()) {
      if (!Object.hasOwn(template.Resources, dependency)) {
        const place = { logicalId, type: given.Type };
        throw new TemplateError(place, `it depends on ${dependency}, which does not exist`);
      }
    }
  }

  const all = [...resolved.values()].map((found) => ({
    ...found,
    properties: localize(found.properties, apis, urls),
  })) as Resource[];
  return {
    of: <Type extends TypeName>(type: Type) => all.filter((found) => isOfType(found, type)),
    outputs: outputsOf(template, scope, (value) => localize(value, apis, urls)),
  };
}

function isOfType<Type extends TypeName>(found: Resource, type: Type): found is Resource<Type> {
  return found.type === type;
}

function resolveResource(
  logicalId: string,
  given: TemplateResource,
  scope: Scope,
  stackName: string,
  urls: LocalUrls,
): Resource {
  const place = { logicalId, type: given.Type };
  if (!isTypeName(given.Type)) {
    throw new TemplateError(place, 'this type of resource is not known to it');
  }
  for (const key of Object.keys(given)) {
    if (!resourceKeys.has(key)) throw new TemplateError(place, `${key} is not known to it`);
  }
  const parsed = parse(
    resourceTypes[given.Type].properties,
    resolve(given.Properties ?? {}, scope, place),
  );
  if (!parsed.ok) throw new TemplateError(place, describeFaults(parsed.faults));
  const names = namesFor(stackName, logicalId, urls.endpointUrl);
  // Each type's `identify` takes the properties of its own schema, which have just been parsed with it.
  const identify = resourceTypes[given.Type].identify as (
    properties: unknown,
    given: typeof names,
  ) => Identity;
  return {
    logicalId,
    type: given.Type,
    properties: parsed.value,
    ...identify(parsed.value, names),
  };
}

function checkSections(template: Template): void {
  for (const section of Object.keys(template)) {
    if (!sections.has(section)) {
      throw new TemplateError({ logicalId: section }, 'this section is not known to it');
    }
  }
  for (const name of Object.keys(template.Parameters ?? {})) {
    if (name !== bootstrapParameter) {
      throw new TemplateError(
        { logicalId: name, type: 'parameter' },
        `only the parameter ${bootstrapParameter} is known to it`,
      );
    }
  }
  for (const name of Object.keys(template.Rules ?? {})) {
    if (name !== bootstrapRule) {
      throw new TemplateError(
        { logicalId: name, type: 'rule' },
        `only the rule ${bootstrapRule} is known to it`,
      );
    }
  }
}

function outputsOf(
  template: Template,
  scope: Scope,
  local: (value: unknown) => unknown,
): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [name, { Value }] of Object.entries(template.Outputs ?? {})) {
    const value = local(resolve(Value, scope, { logicalId: name, type: 'output' }));
    if (value !== noValue) outputs[name] = String(value);
  }
  return outputs;
}
