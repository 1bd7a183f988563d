// The retry queue: jobs of connections and shards that a fan-out did not get to, and the function that works them off.
import { Duration } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { resourceName } from '../../config/names';
import type { ResourceNames } from '../base/function-environment';
import { ServiceFunction, type Deployment } from '../base/service-function';
import { acknowledgeQueueSource, ServiceQueue } from '../base/service-queue';
import type { Store } from '../data/store';
import type { MissionControlWebSocketApi } from '../api/websocket-api';

/** One concurrent job for each shard, so that a large fan-out takes as long as its largest shard. */
const workers = 16;

const timeoutSeconds = 60;

export interface RetryQueueProps extends Deployment {
  readonly store: Store;
  readonly webSocketApi: MissionControlWebSocketApi;
  /** Gets jobs that failed too often. */
  readonly deadLetterQueue: ServiceQueue;
}

export class RetryQueue extends Construct {
  /** The resources of all functions that fan out. */
  readonly fanOutResources: ResourceNames;
  private readonly queue: ServiceQueue;
  private readonly props: RetryQueueProps;

  constructor(scope: Construct, id: string, props: RetryQueueProps) {
    super(scope, id);
    this.props = props;
    const { configuration, store, webSocketApi, deadLetterQueue } = props;
    this.queue = new ServiceQueue(this, 'Queue', {
      queueName: `${resourceName(configuration)}-deliveries`,
      retentionPeriod: Duration.hours(1),
      // Six times the function's timeout: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * timeoutSeconds),
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: 5 },
    });
    this.fanOutResources = {
      tableName: store.tableName,
      callbackUrl: webSocketApi.callbackUrl,
      retryQueueUrl: this.queue.queueUrl,
    };
    const deliver = new ServiceFunction(this, 'Function', {
      ...props,
      name: 'deliver',
      description: 'Continues fan-outs: retries connections, and posts to the shards of large ones',
      timeoutSeconds,
      memoryMegabytes: 1769,
      // Whatever a round does not get to is a job for the next round. Each job counts its rounds, and deliver.ts gives up
      // after the last: up to 14 calls in one chain, close to the 16 after which Lambda would drop the job.
      mayCallItself: true,
      resources: {
        ...this.fanOutResources,
        deadLetterQueueUrl: deadLetterQueue.queueUrl,
      },
    });
    this.allowFanOut(deliver);
    // If its job is a shard of a heartbeat, it counts connections and closes expired ones. It also closes connections whose
    // clients do not read, after API Gateway has confirmed that they are open.
    store.allow(deliver, ['PutItem'], 'connectionCounts');
    store.allow(deliver, ['DeleteItem'], 'connections');
    // Messages that are retried may have been superseded.
    store.allow(deliver, ['BatchGetItem'], 'state');
    webSocketApi.allowManagement(deliver, 'GET', 'DELETE');
    deliver.allow(['sqs:SendMessage'], deadLetterQueue.queueArn);
    deliver.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      this.queue.queueArn,
    );
    const jobs = new CfnEventSourceMapping(this, 'QueueToFunction', {
      functionName: deliver.functionName,
      eventSourceArn: this.queue.queueArn,
      // A job takes a whole invocation; several would run one after the other.
      batchSize: 1,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: workers },
    });
    acknowledgeQueueSource(jobs);
  }

  /** Allows a function to post to every connection, and to send jobs to the queue. */
  allowFanOut(grantee: ServiceFunction): void {
    const { configuration, store, webSocketApi } = this.props;
    store.allow(grantee, ['Query', 'GetItem', 'BatchWriteItem'], 'connections');
    store.allow(grantee, ['Query'], 'connectionCounts');
    if (configuration.heartbeat === 'when-idle') {
      store.allow(grantee, ['Query', 'PutItem'], 'recentFanOuts');
    }
    // Each of them may hold the lease: broadcast with its event, the others to take over from another holder.
    store.allow(grantee, ['GetItem', 'PutItem', 'UpdateItem'], 'lease');
    store.allow(grantee, ['PutItem', 'Query'], 'pending');
    webSocketApi.allowManagement(grantee, 'POST');
    grantee.allow(['sqs:SendMessage'], this.queue.queueArn);
  }
}
