// A local stack with many dashboards, and access to what sockets receive and what the table and the queues contain.
import {
  ApiGatewayManagementApiClient,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startLocalStack, type LocalStack, type LocalStackOptions } from '#local/index';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { TestClient } from './test-client';
import { connectionRecords } from './connection-records';

/** One socket and its user. */
export interface Dashboard extends TestClient {
  readonly userId: string;
}

export interface FanOutStack extends LocalStack {
  readonly publisher: Publisher;
  /** Opens `count` sockets of `users` users in turn. Default: each of a different user. */
  openMany(count: number, users?: number): Promise<Dashboard[]>;
  /** Stops reading from sockets, each of a different user, and posts to them until their buffers are full. */
  stall(dashboards: readonly Dashboard[]): Promise<void>;
  /** The connections in the table: user ids by connection id. */
  records(): Promise<ReadonlyMap<string, string>>;
  /** The number of messages in the dead-letter queue. */
  deadLetters(): Promise<number>;
  /**
   * The number of posts to a connection, or to all, that a function logged as unanswered, because of a dropped connection or a
   * timeout.
   */
  unanswered(connectionId?: string): number;
  /** The log lines of functions about fan-outs, oldest first. */
  reports(): readonly FanOutLine[];
  /** Only fan-outs of events. Their type is `mixed` if a heartbeat was sent with them, which can happen to any flush. */
  eventReports(): readonly FanOutLine[];
}

/** A log line about a fan-out. */
interface FanOutLine {
  readonly message: 'fan-out';
  readonly service: string;
  readonly type: string;
  readonly events: number;
  readonly delivered: number;
  readonly retried: number;
  readonly requeued: number;
  readonly closed: number;
  readonly requeuedShards: number;
}

interface PostFailedLine {
  readonly connectionId: string;
  /** Absent if there was no response. */
  readonly statusCode?: number;
}

export async function startFanOutStack(options: LocalStackOptions = {}): Promise<FanOutStack> {
  const lines: FanOutLine[] = [];
  const unanswered = new Map<string, number>();
  const stack = await startLocalStack({
    ...options,
    // A thousand sockets open at once, so the limit of handshakes per second must not apply.
    settings: { handshakesPerSecond: 10_000, ...options.settings },
    log: ({ text }) => {
      if (text.includes('"message":"fan-out"')) lines.push(JSON.parse(text) as FanOutLine);
      if (text.includes('"message":"post failed"')) {
        const { connectionId, statusCode } = JSON.parse(text) as PostFailedLine;
        if (statusCode === undefined) {
          unanswered.set(connectionId, (unanswered.get(connectionId) ?? 0) + 1);
        }
      }
    },
  });
  const publisher = createPublisher({ clientConfiguration: stack.clientConfiguration });
  const queues = new SQSClient(stack.clientConfiguration);
  const management = new ApiGatewayManagementApiClient({
    ...stack.clientConfiguration,
    endpoint: `${stack.awsEndpointUrl}/live`,
    maxAttempts: 1,
  });
  let opened = 0;

  /** Posts to a connection that does not read until its buffers are full. */
  async function fill(connectionId: string | undefined, text: string): Promise<void> {
    const post = new PostToConnectionCommand({
      ConnectionId: connectionId,
      Data: JSON.stringify({ type: 'filler', payload: text }),
    });
    for (;;) {
      try {
        await management.send(post);
      } catch (error) {
        if (error instanceof LimitExceededException) return;
        throw error;
      }
    }
  }

  return {
    ...stack,
    publisher,

    async openMany(count, users = Infinity) {
      const dashboards: Dashboard[] = [];
      while (dashboards.length < count) {
        const size = Math.min(50, count - dashboards.length);
        const opening = Array.from({ length: size }, async () => {
          const userId = `user-${(opened += 1) % users}`;
          const token = await stack.mintToken({ sub: userId });
          return Object.assign(await TestClient.open(stack.webSocketUrl, { token }), { userId });
        });
        dashboards.push(...(await Promise.all(opening)));
      }
      return dashboards;
    },

    async stall(dashboards) {
      const idOf = new Map(
        [...(await connectionRecords(stack))].map(([id, userId]) => [userId, id]),
      );
      for (const { socket } of dashboards) socket.pause();
      // The kernel's buffers hold some megabytes. The decreasing sizes leave no room even for a heartbeat.
      for (const { userId } of dashboards) {
        for (const bytes of [120 * 1024, 8 * 1024, 512, 40]) {
          await fill(idOf.get(userId), '.'.repeat(bytes));
        }
      }
    },

    records: () => connectionRecords(stack),

    async deadLetters() {
      const { Attributes: attributes } = await queues.send(
        new GetQueueAttributesCommand({
          QueueUrl: stack.outputs['RejectedEventsQueueUrl'],
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      return Number(attributes?.['ApproximateNumberOfMessages']);
    },

    unanswered: (connectionId) =>
      connectionId === undefined
        ? [...unanswered.values()].reduce((total, posts) => total + posts, 0)
        : (unanswered.get(connectionId) ?? 0),

    reports: () => lines,
    eventReports: () => lines.filter(({ events: count }) => count > 0),

    async close() {
      await publisher.close();
      queues.destroy();
      management.destroy();
      await stack.close();
    },
  };
}

/** The number of status messages that dashboards received again. A copy is due to a post whose answer was lost. */
export function copiesIn(dashboards: readonly Dashboard[]): number {
  const numbers = dashboards.flatMap((dashboard) => [...heard(dashboard).values()]);
  return numbers.reduce((total, number) => total + number - 1, 0);
}

/** The number of status messages of each agent that a dashboard received. */
export function heard(dashboard: Dashboard): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { payload } of dashboard.messagesOf('agent:status')) {
    const agent = String(payload['agentId']);
    counts.set(agent, (counts.get(agent) ?? 0) + 1);
  }
  return counts;
}
