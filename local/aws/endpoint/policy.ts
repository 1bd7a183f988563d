// Evaluates IAM policies: a call is allowed if a statement allows it and no statement denies it.
import { matchesWildcards } from '../../support/wildcards';
import { accountId } from '../../template/pseudo-parameters';
import type { ConditionOperator, PolicyStatement } from '../../template/resources/policy-document';
import type { Principal } from './principal';
import { AwsError } from './service';

/** The condition keys of a call with their values, e.g. `aws:SourceArn`; some keys have several values. */
export type ConditionContext = Readonly<Record<string, string | readonly string[]>>;

/** `notAllowed`: no statement applies, which IAM calls an implicit deny. */
export type Decision = 'allowed' | 'denied' | 'notAllowed';

/**
 * The condition keys that every call has. Policies may require HTTPS; here, calls over loopback count as HTTPS.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const everyCall: ConditionContext = {
  'aws:SecureTransport': 'true',
  'aws:SourceAccount': accountId,
  'aws:PrincipalAccount': accountId,
};

/**
 * Evaluates the statements that apply to a call. The result is `denied` if one denies it, and `notAllowed` if none
 * applies.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(
  statements: readonly PolicyStatement[],
  action: string,
  resource: string,
  context: ConditionContext = {},
): Decision {
  const all = { ...everyCall, ...context };
  let decision: Decision = 'notAllowed';
  for (const statement of statements) {
    const applies =
      [statement.Action].flat().some((pattern) => matchesWildcards(pattern, action, 'i')) &&
      // A trust policy has no Resource: it applies to its role.
      [statement.Resource ?? '*'].flat().some((pattern) => matchesWildcards(pattern, resource)) &&
      conditionsHold(statement.Condition, all);
    if (!applies) continue;
    if (statement.Effect === 'Deny') return 'denied';
    decision = 'allowed';
  }
  return decision;
}

/** The statements of a resource policy that apply to a service, e.g. `events.amazonaws.com`. */
export function statementsForService(
  statements: readonly PolicyStatement[],
  service: string,
): readonly PolicyStatement[] {
  return statements.filter(({ Principal: who }) => {
    if (who === undefined || who === '*') return who === '*';
    return [who.Service ?? []].flat().includes(service) || [who.AWS ?? []].flat().includes('*');
  });
}

/** Checks whether a principal may make a call. `resourcePolicy` has the statements of the resource's policy, if any. */
export type Authorize = (
  principal: Principal,
  action: string,
  resource: string,
  about?: {
    readonly resourcePolicy?: readonly PolicyStatement[];
    /** The service's own condition keys, e.g. `dynamodb:LeadingKeys`. */
    readonly context?: ConditionContext;
  },
) => void;

/** @throws {AwsError} AccessDeniedException, with the same message as on AWS */
export const authorize: Authorize = (principal, action, resource, about = {}) => {
  const { resourcePolicy = [] } = about;
  const context = { 'aws:PrincipalArn': principalArnOf(principal), ...about.context };
  const sqs = action.startsWith('sqs:');
  // SQS writes the action in lower case in this message.
  const named = sqs ? action.toLowerCase() : action;
  const refuse = (why: string) => {
    return new AwsError(
      'AccessDeniedException',
      `User: ${principal.arn} is not authorized to perform: ${named} on resource: ${resource} ${why}`,
      sqs || action.startsWith('execute-api:') ? 403 : 400,
      sqs ? 'AccessDenied' : undefined,
    );
  };
  const aboutEveryone = resourcePolicy.filter(({ Principal: who }) => {
    if (who === undefined || who === '*') return who === '*';
    const names = [who.AWS ?? []].flat();
    return names.includes('*') || names.includes(principal.arn);
  });
  const byResource = decide(aboutEveryone, action, resource, context);
  const byIdentity =
    principal.permissions === 'administrator'
      ? 'allowed'
      : decide(principal.permissions, action, resource, context);
  if (byResource === 'denied') throw refuse('with an explicit deny in a resource-based policy');
  if (byIdentity === 'denied') throw refuse('with an explicit deny in an identity-based policy');
  if (byIdentity === 'notAllowed' && byResource === 'notAllowed') {
    throw refuse(`because no identity-based policy allows the ${named} action`);
  }
};

/** The principal's ARN in `aws:PrincipalArn`: for a role session, the ARN of the role. */
function principalArnOf({ arn }: Principal): string {
  return arn.replace(/:sts::(\d+):assumed-role\/([^/]+)\/.*$/, ':iam::$1:role/$2');
}

function conditionsHold(
  conditions: PolicyStatement['Condition'],
  context: ConditionContext,
): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) =>
      conditionHolds(operator as ConditionOperator, [context[key] ?? []].flat(), [expected].flat()),
    ),
  );
}

/**
 * Whether a condition holds for the values of its key in a call. If the call lacks the key, only operators with
 * ForAllValues or Not, and `Null` with `true`, hold.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function conditionHolds(
  operator: ConditionOperator,
  actual: readonly string[],
  expected: readonly string[],
): boolean {
  const isExpected = (value: string) => expected.includes(value);
  const isLikeExpected = (value: string) =>
    expected.some((pattern) => matchesWildcards(pattern, value));
  switch (operator) {
    case 'StringEquals':
    case 'ForAnyValue:StringEquals':
      return actual.some(isExpected);
    case 'ForAllValues:StringEquals':
      return actual.every(isExpected);
    case 'ArnEquals':
    case 'ArnLike':
    case 'Bool':
    case 'StringLike':
      return actual.some(isLikeExpected);
    case 'ForAllValues:StringLike':
      return actual.every(isLikeExpected);
    case 'ArnNotLike':
      return !actual.some(isLikeExpected);
    case 'Null':
      return isExpected(String(actual.length === 0));
  }
}
