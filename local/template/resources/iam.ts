// Defines the resource types of IAM: roles and their policies.
import * as v from 'valibot';
import { iamArnOf } from '../pseudo-parameters';
import { resourceType, strict, text, withoutEffect } from '../properties';
import { policyDocument } from './policy-document';

/** AWS managed policies that only allow writing to CloudWatch Logs, which needs no permission in the local stack. */
const managedPolicy = v.pipe(
  text,
  v.regex(
    /:policy\/service-role\/(AWSLambdaBasicExecutionRole|AmazonAPIGatewayPushToCloudWatchLogs)$/,
    'must be AWSLambdaBasicExecutionRole or AmazonAPIGatewayPushToCloudWatchLogs: the local stack does not know what other managed policies allow',
  ),
);

export const role = resourceType({
  properties: strict({
    RoleName: v.optional(text),
    AssumeRolePolicyDocument: policyDocument,
    ManagedPolicyArns: v.optional(v.array(managedPolicy)),
    Policies: v.optional(v.array(strict({ PolicyName: text, PolicyDocument: policyDocument })), []),
    ...withoutEffect('Description', 'MaxSessionDuration', 'Path', 'Tags'),
  }),
  identify: (properties, names) => {
    const name = properties.RoleName ?? names.generated;
    return { ref: name, attributes: { Arn: iamArnOf(`role/${name}`), RoleId: names.apiId } };
  },
});

export const policy = resourceType({
  properties: strict({ PolicyName: text, PolicyDocument: policyDocument, Roles: v.array(text) }),
  identify: (properties) => ({ ref: properties.PolicyName, attributes: {} }),
});
