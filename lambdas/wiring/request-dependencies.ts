// The dependencies of `default`, which answers the messages of clients.
import { createJudgeMessage } from '#core/requests/message-limits';
import { createPostMessages } from '#core/requests/post-messages';
import { createSubscribe } from '#core/requests/subscribe';
import { createAdmitSync } from '#core/requests/sync-limits';
import { createRefreshToken } from '#core/requests/refresh-token';
import { createSyncState } from '#core/requests/sync-state';
import { createTellTimeline } from '#core/timeline/tell-timeline';
import { createConnectionDependencies } from './connection-dependencies';
import { createPostingOptions } from './posting-options';
import { createDynamoRateLimitStore } from '#adapters/dynamodb/dynamo-rate-limit-store';
import { createDynamoStateStore } from '#adapters/dynamodb/registers/dynamo-state-store';
import { createDynamoSyncMarkers } from '#adapters/dynamodb/dynamo-sync-markers';
import { createDynamoTimelineStore } from '#adapters/dynamodb/dynamo-timeline-store';
import { readSettings } from './environment';
import { createTable } from './table';
import { createAuthentication } from './authentication';

const names = [
  'messagesPerMinute',
  'messageBurst',
  'floodFactor',
  'syncsPerMinute',
  'maxConnectionsPerUser',
  'handshakesPerMinute',
  'handshakeBurst',
  'snapshotAgents',
  'snapshotSessions',
  'heartbeatSeconds',
  'agentDays',
  'sessionHours',
  'maxPostsPerSecond',
  'timelineHours',
  'timelineEvents',
] as const;

/** @throws a ConfigurationError that lists all faults of the environment */
export function createRequestDependencies(environment: NodeJS.ProcessEnv) {
  const settings = readSettings(environment, names);
  const table = createTable(environment);
  const dependencies = createConnectionDependencies(environment, 'default', table);
  const { tableName } = dependencies;
  const rateLimits = createDynamoRateLimitStore(table, tableName);
  const { floodFactor, maxConnectionsPerUser } = settings;
  const judgeMessage = createJudgeMessage({
    ...{ ...dependencies, rateLimits, floodFactor, maxConnectionsPerUser },
    messages: { perMinute: settings.messagesPerMinute, burst: settings.messageBurst },
    handshakes: { perMinute: settings.handshakesPerMinute, burst: settings.handshakeBurst },
  });
  const syncLimits = {
    ...{ ...dependencies, rateLimits },
    syncMarkers: createDynamoSyncMarkers(table, tableName),
    // All tabs of a user may reconnect at once.
    syncs: { perMinute: settings.syncsPerMinute, burst: maxConnectionsPerUser },
  };
  const admitSync = createAdmitSync(syncLimits);
  const admitFewAgents = createAdmitSync(syncLimits, 'subscriptions');
  const postMessages = createPostMessages({
    ...dependencies,
    ...createPostingOptions(environment, dependencies, settings.maxPostsPerSecond),
  });
  const syncState = createSyncState({
    ...{ ...dependencies, postMessages },
    state: createDynamoStateStore(table, tableName),
    limits: { agents: settings.snapshotAgents, sessions: settings.snapshotSessions },
    facts: {
      heartbeatSeconds: settings.heartbeatSeconds,
      lifetimeSeconds: {
        agents: settings.agentDays * 24 * 3600,
        sessions: settings.sessionHours * 3600,
      },
    },
  });
  // The issuer's keys are fetched with the first token, because most clients send no `token:refresh` for hours.
  const { authenticate } = createAuthentication(environment);
  const refreshToken = createRefreshToken({ ...dependencies, authenticate, postMessages });
  const subscribe = createSubscribe({
    ...{ ...dependencies, admitSync, admitFewAgents, postMessages, syncState },
  });
  const tellTimeline =
    settings.timelineHours > 0
      ? createTellTimeline({
          ...dependencies,
          timelines: createDynamoTimelineStore(table, tableName),
          timelineEvents: settings.timelineEvents,
        })
      : undefined;
  return {
    ...{ ...dependencies, judgeMessage, admitSync, syncState, subscribe, refreshToken },
    tellTimeline,
  };
}
