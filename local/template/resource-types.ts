// Lists every resource type that the local stack supports. Any other type is an error at start.
import * as v from 'valibot';
import { resourceType } from './properties';
import * as apiGateway from './resources/api-gateway';
import { alarm, dashboard } from './resources/cloudwatch';
import { table } from './resources/dynamodb';
import { eventBus, eventBusPolicy, rule } from './resources/events';
import { policy, role } from './resources/iam';
import {
  alias,
  eventInvokeConfig,
  eventSourceMapping,
  lambdaFunction,
  permission,
  version,
} from './resources/lambda';
import { logGroup, metricFilter } from './resources/logs';
import * as notifications from './resources/notifications';
import { schedule } from './resources/scheduler';
import { queue, queuePolicy } from './resources/sqs';

/** A resource that the CDK may add for its usage statistics. */
const cdkMetadata = resourceType({
  properties: v.unknown(),
  identify: (_, names) => ({ ref: names.generated, attributes: {} }),
});

export const resourceTypes = {
  'AWS::ApiGateway::Account': apiGateway.account,
  'AWS::ApiGatewayV2::Api': apiGateway.api,
  'AWS::ApiGatewayV2::Authorizer': apiGateway.authorizer,
  'AWS::ApiGatewayV2::Integration': apiGateway.integration,
  'AWS::ApiGatewayV2::Route': apiGateway.route,
  'AWS::ApiGatewayV2::RouteResponse': apiGateway.routeResponse,
  'AWS::ApiGatewayV2::Stage': apiGateway.stage,
  'AWS::CDK::Metadata': cdkMetadata,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::Dashboard': dashboard,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::EventBus': eventBus,
  'AWS::Events::EventBusPolicy': eventBusPolicy,
  'AWS::Events::Rule': rule,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::KMS::Key': notifications.key,
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Lambda::Version': version,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::MetricFilter': metricFilter,
  'AWS::SNS::Subscription': notifications.subscription,
  'AWS::SNS::Topic': notifications.topic,
  'AWS::SNS::TopicPolicy': notifications.topicPolicy,
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': queuePolicy,
  'AWS::Scheduler::Schedule': schedule,
} as const;

export type TypeName = keyof typeof resourceTypes;

/** The validated properties of a resource of type `Type`, with every reference resolved. */
export type PropertiesOf<Type extends TypeName> = v.InferOutput<
  (typeof resourceTypes)[Type]['properties']
>;

/** Whether the local stack supports the resource type `name`. */
export function isTypeName(name: string): name is TypeName {
  return Object.hasOwn(resourceTypes, name);
}
