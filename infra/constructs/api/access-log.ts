// Access logs of the APIs. Tokens may be in the query string, so no field shows it.
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination, type IAccessLogSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { ServiceLog } from '../base/service-log';

/**
 * Fields of a handshake, a message or a close, by their name in the log. Only what API Gateway itself
 * says: nothing that a client sends (path, query string, headers, user agent) is among them. And only what is
 * used: each line costs money, and anybody can cause as many as the throttle lets through.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
export const webSocketLogFields = {
  requestId: '$context.requestId',
  connectionId: '$context.connectionId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  error: '$context.error.responseType',
  sourceIp: '$context.identity.sourceIp',
  requestTimeEpoch: '$context.requestTimeEpoch',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integration.error',
  integrationLatency: '$context.integration.latency',
} as const;

/**
 * Fields of an HTTP request.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export const httpLogFields = {
  requestId: '$context.requestId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  error: '$context.error.responseType',
  sourceIp: '$context.identity.sourceIp',
  requestTimeEpoch: '$context.requestTimeEpoch',
  responseLatency: '$context.responseLatency',
  responseLength: '$context.responseLength',
  integrationError: '$context.integration.error',
  integrationStatus: '$context.integration.status',
  integrationLatency: '$context.integration.latency',
  integrationRequestId: '$context.integration.requestId',
} as const;

export interface AccessLogProps {
  /** What the name of the log group ends with. */
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly configuration: Pick<Configuration, 'logRetentionDays'>;
}

/** A log group, `AccessLog` in the scope, that takes one JSON line with `fields` for each request. */
export function accessLog(
  scope: Construct,
  { name, fields, configuration }: AccessLogProps,
): IAccessLogSettings {
  // The prefix keeps API Gateway from filling up the size of CloudWatch's resource policy:
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
  const log = new ServiceLog(scope, 'AccessLog', `/aws/vendedlogs/apis/${name}`, configuration);
  return {
    destination: new LogGroupLogDestination(log),
    format: AccessLogFormat.custom(JSON.stringify(fields)),
  };
}
