// Puts events on the event bus with EventBridge, in packs, as the publisher does.
import type { Log } from '#core/log';
import type { EventBus } from '#core/reporting/ports';
import { detailOf } from '#sdk/protocol';
import { createEventBridge } from '#sdk/publisher/event-bridge/event-bridge';
import type { EventBridgeRequests } from '#sdk/publisher/event-bridge/requests';
import { createOutbox } from '#sdk/publisher/outbox';
import { unsentOf, type PublishError } from '#sdk/publisher/publish-error';

/** Attempts for each event. The caller repeats the request after that, so it must not wait for long. */
const maxAttempts = 3;

export function createEventBridgeBus(dependencies: {
  readonly requests: EventBridgeRequests;
  readonly eventBusName: string;
  readonly eventSource: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** A number from 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
}): EventBus {
  const { requests, eventBusName, eventSource, sleep, random, log } = dependencies;

  /** The error's message is not logged, because it has the ids of agents. */
  function report({ entries }: PublishError): void {
    const reasons = [...new Set(entries.map(({ reason }) => reason))];
    log.error('events not put on the bus', { events: entries.length, reason: reasons.join('; ') });
  }

  return {
    put(reports) {
      const post = createOutbox({
        transport: createEventBridge({ requests, eventBusName, eventSource, pack: true }),
        sending: { maxAttempts, sleep, random, report },
        rest: sleep,
      });
      return Promise.all(
        reports.map(
          (report) =>
            new Promise<boolean>((settle) => {
              const event = { type: report.event.type, payload: detailOf(report) };
              const unsent = unsentOf(event.type, event.payload);
              const sent = () => {
                settle(true);
              };
              const failed = () => {
                settle(false);
              };
              post({ event, unsent, sent, failed });
            }),
        ),
      );
    },
  };
}
