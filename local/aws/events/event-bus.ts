// Implements an event bus, which sends each event to the targets of the rules that match it.
import type { WriteLogLine } from '../../support/log-line';
import type { LambdaFunction } from '../../lambda/invocation';
import type { PolicyStatement } from '../../template/resources/policy-document';
import type { MessageAttributes } from '../sqs/message';
import type { Queue } from '../sqs/queue';
import type { Matcher } from './event-pattern';

/** An event as targets receive it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

export interface Target {
  readonly function: LambdaFunction;
  readonly deadLetterQueue?: Queue | undefined;
}

export interface Rule {
  readonly arn: string;
  readonly matches: Matcher;
  readonly targets: readonly Target[];
}

/**
 * Lambda's limit for asynchronous payloads, in bytes, since late 2025. Only a larger event goes to the target's
 * dead-letter queue here: if the function fails, Lambda retries the invocation, and the target's RetryPolicy does not
 * apply.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const maximumAsyncPayloadBytes = 1024 * 1024;

export interface EventBusOptions {
  readonly name: string;
  readonly arn: string;
  readonly policy: readonly PolicyStatement[];
  readonly rules: readonly Rule[];
  readonly log: WriteLogLine;
}

export class EventBus {
  readonly name: string;
  readonly arn: string;
  /** The statements of the bus's resource policy. */
  readonly policy: readonly PolicyStatement[];
  readonly #rules: readonly Rule[];
  readonly #log: WriteLogLine;

  constructor(options: EventBusOptions) {
    this.name = options.name;
    this.arn = options.arn;
    this.policy = options.policy;
    this.#rules = options.rules;
    this.#log = options.log;
  }

  /** Sends an event to the targets of all rules that match it, and does not wait for them. */
  put(event: BusEvent): void {
    const rules = this.#rules.filter(({ matches }) => matches(event));
    if (rules.length === 0) {
      // EventBridge says nothing at all.
      const what = `${event['detail-type']} of the source ${JSON.stringify(event.source)}`;
      const text = `no rule of the bus ${this.name} takes ${what}: the event is dropped; --sources names further sources`;
      this.#log({ source: 'stack', stream: 'stderr', text });
    }
    for (const rule of rules) {
      for (const target of rule.targets) this.#deliver(event, rule, target);
    }
  }

  #deliver(event: BusEvent, rule: Rule, target: Target): void {
    const body = JSON.stringify(event);
    if (Buffer.byteLength(body) <= maximumAsyncPayloadBytes) {
      target.function.invokeAsync(event);
      return;
    }
    const text = `${target.function.name} cannot take event ${event.id}: it exceeds ${maximumAsyncPayloadBytes} bytes`;
    this.#log({ source: 'stack', stream: 'stderr', text });
    target.deadLetterQueue?.send({
      body,
      senderId: 'events.amazonaws.com',
      messageAttributes: deadLetterAttributes(rule, target),
    });
  }
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
function deadLetterAttributes(rule: Rule, target: Target): MessageAttributes {
  const string = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    RULE_ARN: string(rule.arn),
    TARGET_ARN: string(target.function.arn),
    ERROR_CODE: string('PAYLOAD_TOO_LARGE'),
    ERROR_MESSAGE: string(`The event exceeds ${maximumAsyncPayloadBytes} bytes.`),
    RETRY_ATTEMPTS: { DataType: 'Number', StringValue: '0' },
  };
}
