// The heartbeat: a schedule that has the beats of the next minutes planned, and a queue that holds them back.
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
 * A beat is planned up to five minutes ahead (`horizon` in lambdas/core/broadcasting/heartbeat.ts), and retention counts from then:
 * two minutes are left to take it up.
 */
const beatLifetime = Duration.minutes(7);

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
    // No dead-letter queue: a beat that was missed is made up for by the next one, and alarms watch the
    // function's errors. It is invisible for as long as it lives, so it is never tried a second time.
    const queue = new ServiceQueue(this, 'Beats', {
      queueName: `${name}-heartbeats`,
      retentionPeriod: beatLifetime,
      visibilityTimeout: beatLifetime,
    });
    for (const id of ['AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy']) {
      Validations.of(queue).acknowledge({
        id,
        reason:
          'A heartbeat that was not sent in time is worth nothing: it is dropped two minutes later, the next one ' +
          'proves the same, and the errors of the function are counted. There is nothing in it to look at later.',
      });
    }
    const heartbeat = new ServiceFunction(this, 'Function', {
      ...props,
      name: 'heartbeat',
      description: 'Sends a heartbeat to every connection and counts the connections',
      timeoutSeconds: 30,
      memoryMegabytes: 1769,
      resources: { ...retryQueue.fanOutResources, heartbeatQueueUrl: queue.queueUrl },
    });
    retryQueue.allowFanOut(heartbeat);
    store.allow(heartbeat, ['PutItem'], 'connectionCounts');
    store.allow(heartbeat, ['GetItem', 'PutItem'], 'heartbeats');
    store.allow(heartbeat, ['DeleteItem'], 'connections');
    webSocketApi.allowManagement(heartbeat, 'DELETE');
    heartbeat.allow(
      [
        'sqs:SendMessage',
        // What an event source mapping needs: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
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
      description: 'Has the heartbeats of the next minutes planned',
      target: heartbeat,
    });
  }
}
