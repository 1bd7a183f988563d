// Who may invoke functions, by the template's AWS::Lambda::Permission resources.
import { functionNameOf } from '../template/function-name';
import { accountId } from '../template/pseudo-parameters';
import type { ResolvedTemplate } from '../template/resolve-template';
import { TemplateError, type Place } from '../template/template';
import { matchesWildcards } from '../support/wildcards';

/** @throws {TemplateError} when a service may not invoke a function that it has to invoke */
export type RequireInvokePermission = (
  functionName: string,
  service: string,
  sourceArn: string,
  place: Place,
) => void;

/** Checks at start what fails on AWS at the first call only, and is not logged there. */
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
