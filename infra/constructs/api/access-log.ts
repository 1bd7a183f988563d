// Creates the access logs of the APIs. No field contains the query string, which can contain tokens.
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination, type IAccessLogSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { ServiceLog } from '../base/service-log';

/**
 * The fields for a handshake, a message or a close, by their names in the log. They contain nothing that a client sends (path, query
 * string, headers, user agent). Unused fields are left out, because anybody can cause log lines, up to the throttle.
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
 * The fields for an HTTP request, by their names in the log.
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
  /** The end of the log group's name. */
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly configuration: Pick<Configuration, 'logRetentionDays'>;
}

/** Creates a log group with the id `AccessLog`, which gets one JSON line with `fields` for each request. */
export function accessLog(
  scope: Construct,
  { name, fields, configuration }: AccessLogProps,
): IAccessLogSettings {
  // Without this prefix, API Gateway may exceed the size limit of CloudWatch's resource policy:
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
  const log = new ServiceLog(scope, 'AccessLog', `/aws/vendedlogs/apis/${name}`, configuration);
  return {
    destination: new LogGroupLogDestination(log),
    format: AccessLogFormat.custom(JSON.stringify(fields)),
  };
}
