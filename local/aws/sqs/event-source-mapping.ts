// Invokes a function with batches of messages, as Lambda's event source mapping does, but without polling delays.
import type { LambdaFunction, InvocationResult } from '../../lambda/invocation';
import type { WriteLogLine } from '../../support/log-line';
import type { Timers } from '../../support/timers';
import { region } from '../../template/pseudo-parameters';
import { md5OfBody, type ReceivedMessage } from './message';
import type { Queue } from './queue';

export interface EventSourceMappingOptions {
  readonly queue: Queue;
  readonly target: LambdaFunction;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Whether the function reports which messages of a batch failed (ReportBatchItemFailures). */
  readonly reportsItemFailures: boolean;
  /** The number of batches that the function may process at the same time. */
  readonly maximumConcurrency: number;
  readonly timers: Timers;
  readonly log: WriteLogLine;
}

/** The longest wait of a long poll in SQS. */
const longestWaitSeconds = 20;

/**
 * Receives messages from `start` to `close`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export class EventSourceMapping {
  readonly #options: EventSourceMappingOptions;
  #running = 0;
  #closed = false;

  constructor(options: EventSourceMappingOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#pump();
  }

  /** Receives no more messages. A long poll that is under way ends when the queue is closed. */
  close(): void {
    this.#closed = true;
  }

  async #pump(): Promise<void> {
    while (!this.#closed && this.#running < this.#options.maximumConcurrency) {
      this.#running += 1;
      const batch = await this.#nextBatch();
      if (batch.length === 0) {
        this.#running -= 1;
        continue;
      }
      void this.#process(batch).finally(() => {
        this.#running -= 1;
        if (this.#running === this.#options.maximumConcurrency - 1) void this.#pump();
      });
    }
  }

  async #nextBatch(): Promise<ReceivedMessage[]> {
    const { queue, batchSize, batchingWindowSeconds, timers } = this.#options;
    const batch = await queue.receive({ maximum: batchSize, waitSeconds: longestWaitSeconds });
    const until = timers.now() + batchingWindowSeconds * 1000;
    while (batch.length > 0 && batch.length < batchSize && !this.#closed) {
      const waitSeconds = (until - timers.now()) / 1000;
      if (waitSeconds <= 0) break;
      batch.push(...(await queue.receive({ maximum: batchSize - batch.length, waitSeconds })));
    }
    return batch;
  }

  async #process(batch: readonly ReceivedMessage[]): Promise<void> {
    const { queue, target, log } = this.#options;
    const Records = batch.map((message) => recordOf(message, queue.settings.arn));
    const result = await target.invoke({ Records });
    if (this.#closed) return;
    const failed = this.#failedIds(result, batch);
    // Failed messages are received again after their visibility timeout.
    for (const { messageId, receiptHandle } of batch) {
      if (!failed.has(messageId)) queue.delete(receiptHandle);
    }
    if (failed.size > 0) {
      const text = `${target.name} failed on ${failed.size} of ${batch.length} messages of ${queue.settings.name}`;
      log({ source: 'stack', stream: 'stderr', text });
    }
  }

  /**
   * The ids of the messages that the function failed to process. If its report is malformed or names an unknown
   * message, the whole batch has failed.
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
   */
  #failedIds(result: InvocationResult, batch: readonly ReceivedMessage[]): ReadonlySet<string> {
    const all = new Set(batch.map(({ messageId }) => messageId));
    if (!result.ok) return all;
    if (!this.#options.reportsItemFailures || result.value === null) return new Set();
    if (typeof result.value !== 'object') return all;
    const { batchItemFailures = [] } = result.value as { batchItemFailures?: unknown };
    if (batchItemFailures === null) return new Set();
    if (!Array.isArray(batchItemFailures)) return all;
    const failed = batchItemFailures.map(
      (item: { itemIdentifier?: unknown } | null) => item?.itemIdentifier,
    );
    const known = failed.filter((id): id is string => typeof id === 'string' && all.has(id));
    return known.length === failed.length ? new Set(known) : all;
  }
}

function recordOf(message: ReceivedMessage, eventSourceARN: string) {
  const messageAttributes = Object.fromEntries(
    Object.entries(message.messageAttributes).map(
      ([name, { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue }]) => [
        name,
        { stringValue, binaryValue, stringListValues: [], binaryListValues: [], dataType },
      ],
    ),
  );
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes,
    md5OfBody: md5OfBody(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: region,
  };
}
