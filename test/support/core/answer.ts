// The core of the function `default` with fakes, for tests of client messages.
import { createAnswer } from '#core/requests/answer';
import { createCloseConnection } from '#core/connections/close-connection';
import { createJudgeMessage } from '#core/requests/message-limits';
import { createPace } from '#core/posting/pace';
import type { Connection } from '#core/connections/ports';
import type { Countable } from '#core/count';
import type { TokenVerdict } from '#core/auth/ports';
import { createPostMessages } from '#core/requests/post-messages';
import { createSubscribe } from '#core/requests/subscribe';
import { createAdmitSync } from '#core/requests/sync-limits';
import { createRefreshToken } from '#core/requests/refresh-token';
import { createSyncState } from '#core/requests/sync-state';
import { createTellTimeline } from '#core/timeline/tell-timeline';
import { snapshotFacts } from '../data/events';
import {
  FakeClock,
  FakeGateway,
  MemoryConnectionStore,
  MemoryRateLimitStore,
  MemoryStateStore,
  MemorySyncMarkers,
  MemoryTimelineStore,
  RecordingLog,
} from './fakes';

/** A token that {@link createAnswerFakes} accepts: `<user>:<expiry>[:<issue>]`, in milliseconds. */
export const tokenOf = (userId: string, expiresAt: number, issuedAt?: number) =>
  [userId, expiresAt, ...(issuedAt === undefined ? [] : [issuedAt])].join(':');

/** A token with a scope that {@link createAnswerFakes} accepts: `<user>:<expiry>::<patterns>`. */
export const scopedTokenOf = (userId: string, expiresAt: number, scope: readonly string[]) =>
  [userId, expiresAt, '', encodeURIComponent(JSON.stringify(scope))].join(':');

/** @param timelineEvents how many events of a session can be read back; 0: no timelines are kept */
export function createAnswerFakes(limits = { agents: 100, sessions: 100 }, timelineEvents = 200) {
  const clock = new FakeClock();
  const connections = new MemoryConnectionStore();
  const gateway = new FakeGateway();
  const log = new RecordingLog();
  const state = new MemoryStateStore();
  const rateLimits = new MemoryRateLimitStore();
  const syncMarkers = new MemorySyncMarkers();
  const timelines = new MemoryTimelineStore();
  const counted: Countable[] = [];
  /** Tests replace `authenticate` to let it fail. */
  const tokens = {
    authenticate: async (token: string): Promise<TokenVerdict> => {
      const [userId = '', expiresAt, issuedAt = '', scope] = token.split(':');
      if (expiresAt === undefined) return Promise.resolve({ ok: false, code: 'token_malformed' });
      if (Number(expiresAt) <= clock.now()) return { ok: false, code: 'token_expired' };
      const value = { userId, expiresAt: Number(expiresAt) };
      return {
        ok: true,
        value: {
          ...value,
          ...(issuedAt !== '' && { issuedAt: Number(issuedAt) }),
          ...(scope !== undefined && { scope: JSON.parse(decodeURIComponent(scope)) as string[] }),
        },
      };
    },
  };
  const harness = {
    ...{ connections, state, timelines, rateLimits, syncMarkers, tokens, log, now: clock.now },
    authenticate: (token: string) => tokens.authenticate(token),
    count: (what: Countable) => counted.push(what),
  };
  const delivery = {
    poster: gateway,
    pace: createPace({ now: clock.now, ceiling: 1_000_000 }),
    timers: clock,
    random: () => 0.5,
    concurrency: 8,
    maxAttempts: 3,
    maxStuckAttempts: 2,
  };
  const closeConnection = createCloseConnection({ ...harness, poster: gateway, closer: gateway });
  const postMessages = createPostMessages({ ...harness, ...delivery });
  const syncs = { perMinute: 6, burst: 20 };
  const admitSync = createAdmitSync({ ...harness, syncs });
  const admitFewAgents = createAdmitSync({ ...harness, syncs }, 'subscriptions');
  const syncState = createSyncState({ ...harness, postMessages, limits, facts: snapshotFacts });
  const answer = createAnswer({
    ...harness,
    closeConnection,
    judgeMessage: createJudgeMessage({
      ...harness,
      messages: { perMinute: 60, burst: 20 },
      floodFactor: 5,
      maxConnectionsPerUser: 20,
      handshakes: { perMinute: 30, burst: 20 },
    }),
    ...{ admitSync, syncState },
    subscribe: createSubscribe({ ...harness, admitSync, admitFewAgents, postMessages, syncState }),
    refreshToken: createRefreshToken({ ...harness, postMessages }),
    tellTimeline:
      timelineEvents > 0 ? createTellTimeline({ ...harness, timelineEvents }) : undefined,
  });
  const [connection] = connections.seed(clock.now(), ['alice']) as [Connection];
  /** The response to a text or an object; undefined if the connection was closed instead. */
  async function ask(sent: string | object, from: Connection = connection) {
    const text = typeof sent === 'string' ? sent : JSON.stringify(sent);
    const answered = await clock.run(answer(text, from, clock.now() + 20_000));
    return answered === undefined
      ? undefined
      : (JSON.parse(answered) as { type: string; payload: Record<string, unknown> });
  }
  return { ...harness, clock, gateway, counted, answer, ask, connection };
}
