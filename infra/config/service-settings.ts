// The settings that functions read: their documentation, and the functions that have each in their environment. Their schemas and
// defaults, which the functions load, are in lambdas/contract/settings.ts.
import { maxHeartbeatSeconds } from '../../sdk/protocol/limits';
import {
  serviceSettings as values,
  type ServiceSettingName,
} from '../../lambdas/contract/settings';
import type { SettingDefinition } from './setting-definition';

/** The functions that post to every connection. */
const fanOutFunctions = ['broadcast', 'deliver', 'heartbeat'] as const;

/** The functions that verify tokens. */
const verifyingFunctions = ['authorizer', 'default', 'whoami', 'report'] as const;

const descriptions: Readonly<
  Record<ServiceSettingName, Required<Pick<SettingDefinition, 'documentation' | 'readBy'>>>
> = {
  stage: {
    documentation:
      'Name of the stack, its resources and the stage of the API; an account can have several.',
    readBy: 'every function',
  },
  issuer: {
    documentation:
      'URL of the OpenID Connect issuer whose tokens open connections; needs `audience`.',
    readBy: verifyingFunctions,
  },
  audience: {
    documentation: 'Audience of those tokens.',
    readBy: verifyingFunctions,
  },
  jwksUri: {
    documentation: "URL of that issuer's JSON Web Key Set; if not set, it is discovered.",
    readBy: verifyingFunctions,
  },
  userPoolId: {
    documentation: 'Instead of `issuer`: a Cognito user pool; needs `userPoolClientId`.',
    readBy: verifyingFunctions,
  },
  userPoolClientId: {
    documentation: 'App client of that user pool.',
    readBy: verifyingFunctions,
  },
  maxTokenHours: {
    documentation:
      'Hours after its `iat` at which a token expires, even if its `exp` is later. If not set, only `exp` counts.',
    readBy: [...verifyingFunctions, 'disconnect-user'],
  },
  scopeClaim: {
    documentation:
      "Name of the token's claim that lists the agents its user may see. If not set, every user sees all agents.",
    readBy: [...verifyingFunctions, ...fanOutFunctions],
  },
  scopePattern: {
    documentation:
      'Pattern that each value of that claim makes, such as `{value}/*`. If not set, the values are [patterns](security.md#who-sees-what) themselves.',
    readBy: verifyingFunctions,
  },
  reportAudience: {
    documentation:
      'With `reportScope`: audiences of the tokens that may report, or the ids of Cognito app clients, separated by commas. If not set, `audience` or `userPoolClientId`.',
    readBy: ['report'],
  },
  gatewayUrl: {
    documentation: 'URL of the agent gateway whose state `/health` reports.',
    readBy: ['health'],
  },
  useMockData: {
    documentation: 'Whether to deploy mock agents, which report events continuously.',
    readBy: ['health'],
  },
  heartbeat: {
    documentation:
      '`always`: every connection gets every heartbeat. `when-idle`: a connection that has just been sent something else is skipped.',
    readBy: fanOutFunctions,
  },
  heartbeatSeconds: {
    documentation: `Seconds between two heartbeats: a divisor of 60, or a multiple of it up to ${maxHeartbeatSeconds}.`,
    readBy: [...fanOutFunctions, 'default'],
  },
  maxConnectionsPerUser: {
    documentation: 'Maximum number of connections of one user; one more closes the oldest.',
    readBy: ['connect', 'default'],
  },
  eventSource: {
    documentation:
      '`source` of the events on the bus that are broadcast. They may be about any agent, unless `sources` binds it.',
    readBy: ['broadcast', 'report', 'mock-agents'],
  },
  sources: {
    documentation:
      'Further sources, each with the only agents that [its events may be about](reporting.md#who-may-report-what): `{"team-a": "team-a/*", "team-b": ["team-b/*", "shared"]}`, as an object or as JSON text.',
    readBy: ['broadcast', 'report'],
  },
  handshakesPerMinute: {
    documentation: 'Handshakes a minute that one user may make on average.',
    readBy: ['connect', 'default'],
  },
  handshakeBurst: {
    documentation: 'Handshakes that one user may make at once: at least `maxConnectionsPerUser`.',
    readBy: ['connect', 'default'],
  },
  messagesPerMinute: {
    documentation: 'Messages a minute that one connection may send on average.',
    readBy: ['default'],
  },
  messageBurst: {
    documentation: 'Messages that one connection may send at once.',
    readBy: ['default'],
  },
  floodFactor: {
    documentation:
      'A connection that sends this many times the allowed number of messages is closed.',
    readBy: ['default'],
  },
  syncsPerMinute: {
    documentation:
      '`state:sync` requests a minute that one user may make on average, over all connections.',
    readBy: ['default'],
  },
  agentDays: {
    documentation: "Days that an agent's status is kept after its last event.",
    readBy: ['broadcast', 'default'],
  },
  sessionHours: {
    documentation: "Hours that a session's activity is kept after its last event.",
    readBy: ['broadcast', 'default'],
  },
  timelineHours: {
    documentation:
      "Hours that each event of a session is kept in the session's [timeline](protocol.md#timelines). `0`: no timelines are kept.",
    readBy: ['broadcast', 'default'],
  },
  timelineEvents: {
    documentation:
      'Number of events after which the pages of a timeline end for a client that follows `next`. It limits what a client reads, not what it may read: `timelineHours` does.',
    readBy: ['default'],
  },
  snapshotAgents: {
    documentation:
      'Maximum number of agents in a snapshot: the newest. Also the maximum for each further event type without a `sessionId`.',
    readBy: ['default'],
  },
  snapshotSessions: {
    documentation:
      'Maximum number of sessions in a snapshot: the newest. Also the maximum for each further event type with a `sessionId`.',
    readBy: ['default'],
  },
  coalesceMilliseconds: {
    documentation:
      'Least time from the start of one flush to the start of the next; events reported in between are sent [together](settings.md#what-is-sent-together).',
    readBy: fanOutFunctions,
  },
  largeFanOutConnections: {
    documentation: 'Above this number of connections, each shard of a fan-out has its own worker.',
    readBy: fanOutFunctions,
  },
  maxPostsPerSecond: {
    documentation:
      "Maximum rate of posts of one fan-out; it starts with half a second's worth at once. All posts share the account's quota.",
    readBy: [...fanOutFunctions, 'default'],
  },
};

/** The settings by name. */
export const serviceSettings = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [
    name,
    { ...value, ...descriptions[name as ServiceSettingName] },
  ]),
) as {
  readonly [Name in ServiceSettingName]: (typeof values)[Name] & (typeof descriptions)[Name];
};
