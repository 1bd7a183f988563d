// The retry queue, with the connections and shards that a fan-out did not reach, and the function `deliver`, which processes it.
import { Duration } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { resourceName } from '../../config/names';
import type { ResourceNames } from '../base/function-environment';
import { ServiceFunction, type Deployment } from '../base/service-function';
import { acknowledgeQueueSource, ServiceQueue } from '../base/service-queue';
import type { Store } from '../data/store';
import type { MissionControlWebSocketApi } from '../api/websocket-api';

/** Maximum number of concurrent jobs: one for each shard, so that a large fan-out takes as long as its largest shard. */
const workers = 16;

const timeoutSeconds = 60;

export interface RetryQueueProps extends Deployment {
  readonly store: Store;
  readonly webSocketApi: MissionControlWebSocketApi;
  /** Gets jobs that failed too often. */
  readonly deadLetterQueue: ServiceQueue;
}

export class RetryQueue extends Construct {
  /** Names of the resources that all functions with fan-outs use. */
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
      // What a round does not reach is a job of the next round. Each job counts its rounds, and deliver.ts gives up after the last
      // one. That is up to 14 calls in one chain, close to the 16 after which Lambda would drop the job.
      mayCallItself: true,
      resources: {
        ...this.fanOutResources,
        deadLetterQueueUrl: deadLetterQueue.queueUrl,
      },
    });
    this.allowFanOut(deliver);
    // For a shard of a heartbeat, it counts connections and closes expired ones. It also closes connections whose clients do not
    // read, after API Gateway has confirmed that they are open.
    store.allow(deliver, ['PutItem'], 'connectionCounts');
    store.allow(deliver, ['DeleteItem'], 'connections');
    // Retried messages may have been superseded, and views of connections may have changed.
    store.allow(deliver, ['BatchGetItem'], 'state', 'connections');
    webSocketApi.allowManagement(deliver, 'GET', 'DELETE');
    deliver.allow(['sqs:SendMessage'], deadLetterQueue.queueArn);
    deliver.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      this.queue.queueArn,
    );
    const jobs = new CfnEventSourceMapping(this, 'QueueToFunction', {
      functionName: deliver.functionName,
      eventSourceArn: this.queue.queueArn,
      // A job takes a whole invocation. Several jobs in one batch would run one after the other.
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
    // Each of these functions may hold the lease: broadcast for its event, the others to take over from another holder.
    store.allow(grantee, ['GetItem', 'PutItem', 'UpdateItem'], 'lease');
    store.allow(grantee, ['PutItem', 'Query'], 'pending');
    webSocketApi.allowManagement(grantee, 'POST');
    grantee.allow(['sqs:SendMessage'], this.queue.queueArn);
  }
}
