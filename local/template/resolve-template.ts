// Resolves a CloudFormation template into named resources with plain, validated properties.
// Other folders import resolveTemplate and its types, TemplateError (template.ts), pseudo-parameters.ts,
// function-name.ts, and the types of policy-document.ts.
import { localize, type ApiAddress } from './addresses';
import { resolve, type Scope } from './intrinsics';
import { noValue } from './pseudo-parameters';
import type { TypeName } from './resource-types';
import { isOfType, Resources, type ResolveOptions, type Resource } from './resources-by-name';
import { TemplateError, type Template } from './template';

export type { Resource } from './resources-by-name';

export interface ResolvedTemplate {
  /** All resources of a type, each after those that it refers to. */
  readonly of: <Type extends TypeName>(type: Type) => readonly Resource<Type>[];
  /** The template's outputs by name. */
  readonly outputs: Readonly<Record<string, string>>;
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
const bootstrapParameter = 'BootstrapVersion';
const bootstrapRule = 'CheckBootstrapVersion';

/**
 * Resolves all references and validates every resource.
 * @throws {TemplateError} if the local stack does not support a part of the template; the message has the logical id, the
 * type and the property
 */
export function resolveTemplate(options: ResolveOptions): ResolvedTemplate {
  const { template, urls } = options;
  checkSections(template);
  const resources = new Resources(options);
  for (const logicalId of Object.keys(template.Resources)) resources.resolve(logicalId);
  const found = resources.all();
  const apis = found
    .filter((each) => isOfType(each, 'AWS::ApiGatewayV2::Api'))
    .map(({ ref, properties }): ApiAddress => ({ apiId: ref, protocol: properties.ProtocolType }));
  const local = found.map((each) => ({
    ...each,
    properties: localize(each.properties, apis, urls),
  })) as Resource[];
  return {
    of: <Type extends TypeName>(type: Type) => local.filter((each) => isOfType(each, type)),
    outputs: outputsOf(template, resources.scope, (value) => localize(value, apis, urls)),
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
