// A local stack with many dashboards, seen from both ends: what sockets hear, and what the table and the queues hold.
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

/** One socket, of a user of its own. */
export interface Dashboard extends TestClient {
  readonly userId: string;
}

export interface FanOutStack extends LocalStack {
  readonly publisher: Publisher;
  /** Opens so many sockets, of so many users in turn. Default: each of another user. */
  openMany(count: number, users?: number): Promise<Dashboard[]>;
  /** Lets sockets, each of another user, read no more, and posts to them until they are full. */
  stall(dashboards: readonly Dashboard[]): Promise<void>;
  /** The connections that the table knows: user id by connection id. */
  records(): Promise<ReadonlyMap<string, string>>;
  /** Messages that are kept for a person to look at. */
  deadLetters(): Promise<number>;
  /** Posts to a connection of which a function says that no answer came: it hung up, or waited for too long. */
  unanswered(connectionId: string): number;
  /** What functions reported of fan-outs of one type, oldest first. */
  reports(type: string): readonly FanOutLine[];
}

/** The line of a fan-out in a function's log. */
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
  /** Absent when there was no answer. */
  readonly statusCode?: number;
}

export async function startFanOutStack(options: LocalStackOptions = {}): Promise<FanOutStack> {
  const lines: FanOutLine[] = [];
  const unanswered = new Map<string, number>();
  const stack = await startLocalStack({
    ...options,
    // A thousand sockets come at once, and it is not their handshakes that are looked at.
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

  /** Posts to a connection that does not read until there is no room. */
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
      // The kernel's buffers come first: some megabytes. In the end not even a heartbeat has room.
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

    unanswered: (connectionId) => unanswered.get(connectionId) ?? 0,

    reports: (type) => lines.filter((line) => line.type === type),

    async close() {
      await publisher.close();
      queues.destroy();
      management.destroy();
      await stack.close();
    },
  };
}

/** How often each agent's message came to a dashboard. */
export function heard(dashboard: Dashboard): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { payload } of dashboard.messagesOf('agent:status')) {
    const agent = String(payload['agentId']);
    counts.set(agent, (counts.get(agent) ?? 0) + 1);
  }
  return counts;
}
