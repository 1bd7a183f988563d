// The dependencies of every function that reads or closes connections.
import { createCloseConnection } from '#core/connections/close-connection';
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import type { TableRequests } from '#adapters/dynamodb/requests/table-requests';
import { createEmfCount } from '#adapters/observability/emf-metrics';
import { createLog } from '#adapters/observability/logger';
import { readSettings } from './environment';
import { once } from './once';

export type ConnectionDependencies = ReturnType<typeof createConnectionDependencies>;

/** @throws a ConfigurationError that lists all faults of the environment */
export function createConnectionDependencies(
  environment: NodeJS.ProcessEnv,
  functionName: string,
  table: TableRequests,
) {
  const { stage, tableName, callbackUrl, scopeClaim } = readSettings(
    environment,
    ['stage', 'tableName', 'callbackUrl'],
    ['scopeClaim'],
  );
  const [log, now] = [createLog(functionName), Date.now];
  const loadManagementApi = once(async () => {
    const { createManagementApi } = await import('./sdk/management-api');
    return createManagementApi(callbackUrl, log);
  });
  const connections = createDynamoConnectionStore(table, tableName, {
    isScoped: scopeClaim !== undefined,
  });
  const closeConnection = createCloseConnection({
    connections,
    poster: {
      post: async (...given) => (await loadManagementApi()).poster.post(...given),
    },
    closer: {
      close: async (connectionId) => (await loadManagementApi()).closer.close(connectionId),
    },
    now,
    log,
  });
  const count = createEmfCount(functionName, stage);
  return {
    ...{ stage, log, now, count, table, tableName, loadManagementApi, callbackUrl },
    ...{ connections, closeConnection },
  };
}
