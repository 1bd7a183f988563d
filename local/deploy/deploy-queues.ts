// Creates the template's queues, and the event source mappings that pass their messages to functions.
import type { LocalFunction } from '../lambda/local-function';
import { functionNameOf } from '../template/function-name';
import type { WriteLogLine } from '../support/log-line';
import type { Timers } from '../support/timers';
import type { ResolvedTemplate } from '../template/resolve-template';
import { TemplateError, type Place } from '../template/template';
import { requirePermission, roleFor, type Roles } from './roles';
import { EventSourceMapping } from '../aws/sqs/event-source-mapping';
import { Queue, type Queues } from '../aws/sqs/queue';

/**
 * Creates the queues with their policies and dead-letter queues.
 * @returns the queues by ARN
 * @throws {TemplateError} if a dead-letter queue is not in the template
 */
export function deployQueues(template: ResolvedTemplate, timers: Timers): Queues {
  const resources = template.of('AWS::SQS::Queue');
  const policies = template.of('AWS::SQS::QueuePolicy').map(({ properties }) => properties);
  const queues = new Map<string, Queue>();
  for (const { ref, attributes, properties } of resources) {
    const { QueueName: name = '', Arn: arn = '' } = attributes;
    const settings = {
      name,
      arn,
      url: ref,
      delaySeconds: properties.DelaySeconds,
      maximumMessageBytes: properties.MaximumMessageSize,
      retentionSeconds: properties.MessageRetentionPeriod,
      receiveWaitSeconds: properties.ReceiveMessageWaitTimeSeconds,
      visibilityTimeoutSeconds: properties.VisibilityTimeout,
      redrive: properties.RedrivePolicy,
      policy: policies
        .filter(({ Queues }) => Queues.includes(ref))
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    };
    queues.set(arn, new Queue(settings, timers));
  }
  for (const { logicalId, type, attributes, properties } of resources) {
    if (properties.RedrivePolicy === undefined) continue;
    const deadLetters = queueOf(queues, properties.RedrivePolicy.deadLetterTargetArn, {
      logicalId,
      type,
    });
    queues.get(attributes['Arn'] ?? '')?.redriveTo(deadLetters);
  }
  return queues;
}

/**
 * The queue with this ARN.
 * @param place the resource that refers to the queue, for the error message
 * @throws {TemplateError} if there is no such queue
 */
export function queueOf(queues: Queues, arn: string, place: Place): Queue {
  const queue = queues.get(arn);
  if (queue !== undefined) return queue;
  throw new TemplateError(place, `there is no queue ${arn} in the template`);
}

export interface MappingDependencies {
  readonly queues: Queues;
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly roles: Roles;
  readonly timers: Timers;
  readonly log: WriteLogLine;
}

/** The actions that a function's role must allow: Lambda checks them when a mapping is created. */
const neededActions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/**
 * Creates the enabled event source mappings without starting them.
 * @throws {TemplateError} for a mapping that Lambda would refuse to create
 */
export function deployEventSourceMappings(
  template: ResolvedTemplate,
  { queues, functions, roles, timers, log }: MappingDependencies,
): readonly EventSourceMapping[] {
  const enabled = template
    .of('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => properties.Enabled);
  return enabled.map(({ logicalId, type, properties }) => {
    const place = { logicalId, type };
    const queue = queueOf(queues, properties.EventSourceArn, place);
    const name = functionNameOf(properties.FunctionName);
    const target = functions.get(name);
    if (target === undefined) throw new TemplateError(place, `there is no function ${name}`);
    const { visibilityTimeoutSeconds, arn } = queue.settings;
    if (visibilityTimeoutSeconds < target.timeoutSeconds) {
      throw new TemplateError(
        place,
        `the queue's VisibilityTimeout of ${visibilityTimeoutSeconds} s must not be less than the function's Timeout of ${target.timeoutSeconds} s`,
      );
    }
    const role = roleFor(roles, target.roleArn, 'lambda.amazonaws.com', place);
    for (const action of neededActions) requirePermission(role, action, arn, place);
    return new EventSourceMapping({
      queue,
      target,
      batchSize: properties.BatchSize,
      batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
      reportsItemFailures: properties.FunctionResponseTypes.length > 0,
      maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? target.maximumConcurrency,
      timers,
      log,
    });
  });
}
