// The dependencies of every function that reads or closes connections.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createCloseConnection } from '#core/connections/close-connection';
import { createDynamoClient, createManagementApiClient } from './clients';
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { createSdkQuery, type Query } from '#adapters/dynamodb/requests/dynamo-query';
import { createEmfCount } from '#adapters/observability/emf-metrics';
import { readSettings } from './environment';
import { createLog } from '#adapters/observability/logger';
import { createManagementApiCloser } from '#adapters/api-gateway/management-api-closer';
import { createManagementApiPoster } from '#adapters/api-gateway/management-api-poster';

export type ConnectionDependencies = ReturnType<typeof createConnectionDependencies>;

/**
 * @param createQuery creates the query that lists connections. Fan-outs use the fast one, because they list all connections.
 * @throws a ConfigurationError that lists all faults of the environment
 */
export function createConnectionDependencies(
  environment: NodeJS.ProcessEnv,
  functionName: string,
  createQuery: (client: DynamoDBDocumentClient) => Query = createSdkQuery,
) {
  const { stage, tableName, callbackUrl, scopeClaim } = readSettings(
    environment,
    ['stage', 'tableName', 'callbackUrl'],
    ['scopeClaim'],
  );
  const [log, now] = [createLog(functionName), Date.now];
  const dynamo = createDynamoClient();
  const managementApi = createManagementApiClient(callbackUrl);
  const connections = createDynamoConnectionStore(dynamo, tableName, {
    query: createQuery(dynamo),
    isScoped: scopeClaim !== undefined,
  });
  const closeConnection = createCloseConnection({
    connections,
    poster: createManagementApiPoster(managementApi, log),
    closer: createManagementApiCloser(managementApi),
    now,
    log,
  });
  const count = createEmfCount(functionName, stage);
  return {
    ...{ stage, log, now, count, dynamo, tableName, managementApi, callbackUrl },
    ...{ connections, closeConnection },
  };
}
