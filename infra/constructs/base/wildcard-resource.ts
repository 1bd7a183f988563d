// Records the reason for a permission whose resource contains a wildcard.
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges that a policy of `role` contains `resource`, an ARN with a wildcard, and no other one. The policy checks
 * (`test/deploy/policy.test.ts`) report wildcards that are not acknowledged.
 * @throws Error if the ARN cannot be resolved to text and references
 */
export function acknowledgeWildcard(role: IConstruct, resource: string, reason: string): void {
  const found = flat(Stack.of(role).resolve(resource));
  Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${found}]`, reason });
}

/** An ARN as cdk-nag writes it: `<LogicalId>` for a reference, `<LogicalId.Attribute>` for an attribute. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    Ref: ref,
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
  } = value as { Ref?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (ref !== undefined) return `<${ref}>`;
  if (attribute !== undefined) return `<${attribute.join('.')}>`;
  if (join !== undefined) return join[1].map(flat).join(join[0]);
  throw new Error(`Cannot tell which resource this is: ${JSON.stringify(value)}`);
}
