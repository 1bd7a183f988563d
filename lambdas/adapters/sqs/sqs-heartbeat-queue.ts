// Enqueues planned heartbeats in SQS, which can delay a message by whole seconds, up to 900.
import type { HeartbeatQueue } from '#core/broadcasting/ports';
import type { QueueRequests } from './requests/queue-requests';

/** Maximum number of messages in one request to SQS. */
const batchSize = 10;

export function createSqsHeartbeatQueue(queues: QueueRequests, queueUrl: string): HeartbeatQueue {
  return {
    async plan(heartbeats, now) {
      for (let start = 0; start < heartbeats.length; start += batchSize) {
        const entries = heartbeats.slice(start, start + batchSize).map((heartbeat, index) => ({
          Id: String(start + index),
          MessageBody: JSON.stringify(heartbeat),
          // Rounded up, because a heartbeat before its time would count for the previous period in the alarm's metric.
          DelaySeconds: Math.max(0, Math.ceil((heartbeat.dueAt - now) / 1000)),
        }));
        const { Failed: failed = [] } = await queues.sendMessageBatch({
          QueueUrl: queueUrl,
          Entries: entries,
        });
        if (failed.length > 0) {
          const codes = failed.map(({ Code: code }) => code).join(', ');
          throw new Error(`SQS did not take ${failed.length} planned heartbeats: ${codes}`);
        }
      }
    },
  };
}
