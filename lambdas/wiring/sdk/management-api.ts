// Creates the AWS SDK's client of API Gateway's @connections. Functions load it when they first need it, which most never do.
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import type { Log } from '#core/log';
import { createManagementApiCloser } from '#adapters/api-gateway/management-api-closer';
import { createManagementApiInspector } from '#adapters/api-gateway/management-api-inspector';
import { createManagementApiPoster } from '#adapters/api-gateway/management-api-poster';
import { clientSettings } from './client-settings';

/** @param callbackUrl the stage's own @connections URL, never that of a custom domain */
export function createManagementApi(callbackUrl: string, log: Log) {
  const createClient = (maxAttempts: number) =>
    new ApiGatewayManagementApiClient({ ...clientSettings, maxAttempts, endpoint: callbackUrl });
  const client = createClient(clientSettings.maxAttempts);
  return {
    poster: createManagementApiPoster(client, log),
    closer: createManagementApiCloser(client),
    inspector: createManagementApiInspector(createClient(1), log),
  };
}
