// The heartbeat: a schedule plans the heartbeats of the next minutes, and a queue delays each one until it is due.
import { Duration, Validations } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { resourceName } from '../../config/names';
import type { RetryQueue } from './retry-queue';
import { MinuteSchedule } from '../base/minute-schedule';
import { ServiceFunction, type Deployment } from '../base/service-function';
import { acknowledgeQueueSource, ServiceQueue } from '../base/service-queue';
import type { Store } from '../data/store';
import type { MissionControlWebSocketApi } from '../api/websocket-api';

/**
 * The retention of a heartbeat's message. It starts when the heartbeat is planned, up to five minutes ahead (`horizon` in
 * lambdas/core/broadcasting/heartbeat-plan.ts), so at least two minutes remain to receive it.
 */
const heartbeatLifetime = Duration.minutes(7);

export interface HeartbeatProps extends Deployment {
  readonly store: Store;
  readonly webSocketApi: MissionControlWebSocketApi;
  readonly retryQueue: RetryQueue;
}

export class Heartbeat extends Construct {
  constructor(scope: Construct, id: string, props: HeartbeatProps) {
    super(scope, id);
    const { configuration, store, webSocketApi, retryQueue } = props;
    const name = resourceName(configuration);
    // There is no dead-letter queue: the next heartbeat replaces a missed one, and an alarm reports missing heartbeats. A received
    // message stays invisible until it expires, so it is never retried.
    const queue = new ServiceQueue(this, 'Beats', {
      queueName: `${name}-heartbeats`,
      retentionPeriod: heartbeatLifetime,
      visibilityTimeout: heartbeatLifetime,
    });
    for (const id of ['AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy']) {
      Validations.of(queue).acknowledge({
        id,
        reason:
          'A heartbeat that was not sent in time is useless: it expires two minutes later, the next one replaces it, ' +
          'and the errors of the function are counted. It contains nothing to look at later.',
      });
    }
    const heartbeat = new ServiceFunction(this, 'Function', {
      ...props,
      name: 'heartbeat',
      description:
        'Sends a heartbeat to every connection, counts the connections, and reports silent agents',
      timeoutSeconds: 30,
      resources: { ...retryQueue.fanOutResources, heartbeatQueueUrl: queue.queueUrl },
    });
    retryQueue.allowFanOut(heartbeat);
    store.allow(heartbeat, ['PutItem'], 'connectionCounts');
    store.allow(heartbeat, ['GetItem', 'PutItem'], 'heartbeats');
    store.allow(heartbeat, ['DeleteItem'], 'connections');
    // Silent agents.
    store.allow(heartbeat, ['Query', 'UpdateItem'], 'state');
    webSocketApi.allowManagement(heartbeat, 'DELETE');
    heartbeat.allow(
      [
        'sqs:SendMessage',
        // The permissions of an event source mapping: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
      ],
      queue.queueArn,
    );
    const beats = new EventSourceMapping(this, 'BeatsToFunction', {
      target: heartbeat,
      eventSourceArn: queue.queueArn,
      batchSize: 1,
    });
    acknowledgeQueueSource(beats);
    new MinuteSchedule(this, 'EachMinute', {
      scheduleName: `${name}-heartbeat`,
      description: 'Plans the heartbeats of the next minutes',
      target: heartbeat,
    });
  }
}
