// Checks by the template's AWS::Lambda::Permission resources whether a service may invoke a function.
import { functionNameOf } from '../template/function-name';
import { accountId } from '../template/pseudo-parameters';
import type { ResolvedTemplate } from '../template/resolve-template';
import { TemplateError, type Place } from '../template/template';
import { matchesWildcards } from '../support/wildcards';

/**
 * Requires that a service may invoke a function.
 * @param service a service principal, e.g. `events.amazonaws.com`
 * @param sourceArn the ARN of the resource on whose behalf the service invokes the function
 * @throws {TemplateError} if no permission allows it
 */
export type RequireInvokePermission = (
  functionName: string,
  service: string,
  sourceArn: string,
  place: Place,
) => void;

/** Creates the check, which runs at start: on AWS a missing permission fails at the first call only, and is not logged. */
export function invokePermissionsOf(template: ResolvedTemplate): RequireInvokePermission {
  const permissions = template.of('AWS::Lambda::Permission').map(({ properties }) => properties);
  return (functionName, service, sourceArn, place) => {
    const allowed = permissions.some(
      ({ FunctionName, Principal, SourceArn = '*', SourceAccount = accountId }) =>
        functionNameOf(FunctionName) === functionName &&
        Principal === service &&
        SourceAccount === accountId &&
        matchesWildcards(SourceArn, sourceArn),
    );
    if (allowed) return;
    throw new TemplateError(
      place,
      `an AWS::Lambda::Permission must let ${service} invoke ${functionName} for ${sourceArn}`,
    );
  };
}
