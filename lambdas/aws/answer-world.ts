// The world of `default`: what answers to clients are made of.
import { createJudgeFrame } from '../core/frame-limits';
import { createRefreshToken } from '../core/refresh-token';
import { createSyncState } from '../core/sync-state';
import { createConnectionWorld } from './connection-world';
import { createDeliveryOptions } from './delivery-options';
import { createDynamoRateLimitStore } from './dynamo-rate-limit-store';
import { createDynamoStateStore } from './dynamo-state-store';
import { readSettings } from './environment';
import { readIdentityProvider } from './identity-provider';
import { createJwtTokenVerifier } from './jwt-token-verifier';

const names = [
  'framesPerMinute',
  'frameBurst',
  'floodFactor',
  'snapshotAgents',
  'snapshotSessions',
] as const;

/** @throws a ConfigurationError that lists what is wrong with the environment */
export function createAnswerWorld(environment: NodeJS.ProcessEnv) {
  const settings = readSettings(environment, names);
  const world = createConnectionWorld(environment, 'default');
  const { dynamo, tableName } = world;
  const judgeFrame = createJudgeFrame({
    ...world,
    rateLimits: createDynamoRateLimitStore(dynamo, tableName),
    frames: { perMinute: settings.framesPerMinute, burst: settings.frameBurst },
    floodFactor: settings.floodFactor,
  });
  const syncState = createSyncState({
    ...world,
    ...createDeliveryOptions(environment, world),
    state: createDynamoStateStore(dynamo, tableName),
    limits: { agents: settings.snapshotAgents, sessions: settings.snapshotSessions },
  });
  // The issuer's keys are fetched with the first token: most clients only ever ask for the state.
  const verifier = createJwtTokenVerifier(readIdentityProvider(environment));
  const refreshToken = createRefreshToken({ ...world, verifier });
  return { ...world, judgeFrame, syncState, refreshToken };
}
