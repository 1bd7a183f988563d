// Processes jobs from the retry queue. Of a batch, SQS delivers only the failed jobs again.
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Deliver } from '#core/broadcasting/deliver';
import { deadlineOf } from '#core/deadline';
import type { Clock } from '#core/clock';
import type { RetryJob } from '#core/fan-out/ports';
import type { DrainJob } from '#core/coalescing/ports';
import type { Log } from '#core/log';

export function createHandler(dependencies: {
  readonly deliver: Deliver;
  readonly parseJob: (body: string) => RetryJob | DrainJob;
  readonly now: Clock;
  readonly log: Log;
}) {
  const { deliver, parseJob, now, log } = dependencies;

  return async (
    { Records: records }: SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    const deadline = deadlineOf(now(), context.getRemainingTimeInMillis());
    for (const { messageId, body } of records) {
      try {
        await deliver(parseJob(body), deadline);
      } catch (error) {
        log.error('retry job failed', { messageId, error });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
}
