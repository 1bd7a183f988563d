// Collects the template's roles with all their policies, and checks them as AWS does before a service uses a role.
import type { ResolvedTemplate } from '../template/resolve-template';
import type { PolicyStatement } from '../template/resources/policy-document';
import { TemplateError, type Place } from '../template/template';
import { decide, statementsForService } from '../aws/endpoint/policy';

export interface Role {
  readonly name: string;
  readonly arn: string;
  /** The statements of the trust policy. */
  readonly trust: readonly PolicyStatement[];
  /** The statements of all inline and attached policies. */
  readonly permissions: readonly PolicyStatement[];
}

export type Roles = ReadonlyMap<string, Role>;

/** The template's roles by ARN. */
export function rolesOf(template: ResolvedTemplate): Roles {
  const roles = template.of('AWS::IAM::Role').map(({ ref, attributes, properties }): Role => {
    const inline = properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const attached = template
      .of('AWS::IAM::Policy')
      .filter((policy) => policy.properties.Roles.includes(ref))
      .flatMap((policy) => policy.properties.PolicyDocument.Statement);
    return {
      name: ref,
      arn: attributes['Arn'] ?? '',
      trust: properties.AssumeRolePolicyDocument.Statement,
      permissions: [...inline, ...attached],
    };
  });
  return new Map(roles.map((role) => [role.arn, role]));
}

/**
 * The role with this ARN, for a service to assume.
 * @param service a service principal, e.g. `lambda.amazonaws.com`
 * @throws {TemplateError} if there is no such role, or if it does not trust the service
 */
export function roleFor(roles: Roles, arn: string, service: string, place: Place): Role {
  const role = roles.get(arn);
  if (role === undefined) throw new TemplateError(place, `there is no role ${arn} in the template`);
  const trust = statementsForService(role.trust, service);
  if (decide(trust, 'sts:AssumeRole', role.arn) !== 'allowed') {
    throw new TemplateError(place, `its role ${role.name} must trust ${service}`);
  }
  return role;
}

/** @throws {TemplateError} if the role does not allow `action` on `resource` */
export function requirePermission(role: Role, action: string, resource: string, place: Place) {
  if (decide(role.permissions, action, resource) === 'allowed') return;
  throw new TemplateError(place, `its role ${role.name} must allow ${action} on ${resource}`);
}
