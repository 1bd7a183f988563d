// Resolves the resources of a template by logical id, each before those that refer to it.
import { describeFaults, parse } from '#sdk/protocol';
import type { LocalUrls } from './addresses';
import { conditionHolds } from './conditions';
import { resolve, type Scope } from './intrinsics';
import { namesFor } from './names';
import type { Identity } from './properties';
import { pseudoParameter } from './pseudo-parameters';
import { isTypeName, resourceTypes, type PropertiesOf, type TypeName } from './resource-types';
import { TemplateError, type Place, type Template, type TemplateResource } from './template';

export interface Resource<Type extends TypeName = TypeName> extends Identity {
  readonly logicalId: string;
  readonly type: Type;
  readonly properties: PropertiesOf<Type>;
}

export interface ResolveOptions {
  readonly template: Template;
  readonly stackName: string;
  readonly urls: LocalUrls;
}

const resourceKeys = new Set([
  'Condition',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'Properties',
  'Type',
  'UpdateReplacePolicy',
]);

/** The resources of a template. Each is resolved when it is first referred to, and only once. */
export class Resources {
  readonly #options: ResolveOptions;
  readonly #resolved = new Map<string, Resource>();
  readonly #inProgress = new Set<string>();
  /** Looks up parameters, resources and conditions of this template. */
  readonly scope: Scope;

  constructor(options: ResolveOptions) {
    this.#options = options;
    const { template, stackName } = options;
    const { Parameters: parameters = {}, Conditions: conditions = {} } = template;
    this.scope = {
      ref: (name, place) => {
        const pseudo = pseudoParameter(name, stackName);
        if (pseudo !== undefined) return pseudo;
        if (Object.hasOwn(parameters, name)) return parameters[name]?.Default;
        return this.#named(name, place).ref;
      },
      attribute: (logicalId, name, place) => {
        const { attributes, type } = this.#named(logicalId, place);
        const value = attributes[name];
        if (value !== undefined) return value;
        throw new TemplateError(
          place,
          `it uses ${logicalId}.${name}; the local stack does not know the attribute ${name} of ${type}`,
        );
      },
      condition: (name) => conditionHolds(conditions, name, this.scope),
    };
  }

  /** The resources that have been resolved, each after those that it refers to. */
  all(): readonly Resource[] {
    return [...this.#resolved.values()];
  }

  /**
   * Resolves a resource and checks its DependsOn. Does nothing if the resource's condition is false.
   * @throws {TemplateError} for an invalid or unsupported resource, and for a reference to one that does not exist
   */
  resolve(logicalId: string): void {
    const { Resources: given } = this.#options.template;
    const resource = given[logicalId];
    if (resource === undefined || !this.#exists(resource)) return;
    this.#named(logicalId, { logicalId });
    for (const dependency of [resource.DependsOn ?? []].flat()) {
      if (Object.hasOwn(given, dependency)) continue;
      const place = { logicalId, type: resource.Type };
      throw new TemplateError(place, `it depends on ${dependency}, which does not exist`);
    }
  }

  #exists({ Condition: condition }: TemplateResource): boolean {
    const { Conditions: conditions = {} } = this.#options.template;
    return condition === undefined || conditionHolds(conditions, condition, this.scope);
  }

  /** @param from the place of the reference, for error messages */
  #named(logicalId: string, from: Place): Resource {
    const known = this.#resolved.get(logicalId);
    if (known !== undefined) return known;
    const { Resources: all } = this.#options.template;
    const given = Object.hasOwn(all, logicalId) ? all[logicalId] : undefined;
    if (given === undefined || !this.#exists(given)) {
      throw new TemplateError(from, `it refers to ${logicalId}, which does not exist`);
    }
    if (this.#inProgress.has(logicalId)) {
      throw new TemplateError(from, `it refers to ${logicalId}, which refers back to it`);
    }
    this.#inProgress.add(logicalId);
    const resource = resolveResource(logicalId, given, this.scope, this.#options);
    this.#inProgress.delete(logicalId);
    this.#resolved.set(logicalId, resource);
    return resource;
  }
}

/** Whether a resource is of a type, as a type guard. */
export function isOfType<Type extends TypeName>(
  found: Resource,
  type: Type,
): found is Resource<Type> {
  return found.type === type;
}

function resolveResource(
  logicalId: string,
  given: TemplateResource,
  scope: Scope,
  { stackName, urls }: ResolveOptions,
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
  // Safe: `identify` takes the properties of its own type's schema, which has just parsed them.
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
