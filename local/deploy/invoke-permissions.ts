// Checks by the template's AWS::Lambda::Permission resources whether a service may invoke a function.
import { functionNameOf, qualifierOf } from '../template/function-name';
import { accountId } from '../template/pseudo-parameters';
import type { ResolvedTemplate } from '../template/resolve-template';
import { TemplateError, type Place } from '../template/template';
import { matchesWildcards } from '../support/wildcards';

/**
 * Requires that a service may invoke a function. As on AWS, a permission for the function does not include its aliases.
 * @param invoked the function's ARN, the ARN of its alias, or API Gateway's integration URI, which contains the ARN
 * @param service a service principal, e.g. `events.amazonaws.com`
 * @param sourceArn the ARN of the resource on whose behalf the service invokes the function
 * @throws {TemplateError} if no permission allows it
 */
export type RequireInvokePermission = (
  invoked: string,
  service: string,
  sourceArn: string,
  place: Place,
) => void;

/** Creates the check, which runs at start: on AWS a missing permission fails at the first call only, and is not logged. */
export function invokePermissionsOf(template: ResolvedTemplate): RequireInvokePermission {
  const permissions = template.of('AWS::Lambda::Permission').map(({ properties }) => properties);
  return (invoked, service, sourceArn, place) => {
    const [name, qualifier] = [functionNameOf(invoked), qualifierOf(invoked)];
    const allowed = permissions.some(
      ({ FunctionName, Principal, SourceArn = '*', SourceAccount = accountId }) =>
        functionNameOf(FunctionName) === name &&
        qualifierOf(FunctionName) === qualifier &&
        Principal === service &&
        SourceAccount === accountId &&
        matchesWildcards(SourceArn, sourceArn),
    );
    if (allowed) return;
    throw new TemplateError(
      place,
      `an AWS::Lambda::Permission must let ${service} invoke ${[name, qualifier ?? []].flat().join(':')} for ${sourceArn}`,
    );
  };
}
