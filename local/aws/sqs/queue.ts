// Implements a standard queue of SQS in memory: visibility timeout, delay, retention, redrive and long polling.
import { randomUUID } from 'node:crypto';
import type { Cancel, Timers } from '../../support/timers';
import type { PolicyStatement } from '../../template/resources/policy-document';
import type { MessageAttributes, ReceivedMessage } from './message';
import { handleOf, messageOf, received, type Moved, type Stored } from './stored-message';

export interface QueueSettings {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly delaySeconds: number;
  readonly maximumMessageBytes: number;
  readonly retentionSeconds: number;
  readonly receiveWaitSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly redrive?:
    { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number } | undefined;
  /** The statements of the queue's resource policy. */
  readonly policy: readonly PolicyStatement[];
}

export interface SentMessage {
  readonly body: string;
  readonly messageAttributes?: MessageAttributes;
  readonly senderId: string;
  readonly delaySeconds?: number | undefined;
}

export interface ReceiveOptions {
  readonly maximum: number;
  readonly visibilityTimeoutSeconds?: number | undefined;
  readonly waitSeconds?: number | undefined;
}

/** Queues by ARN. */
export type Queues = ReadonlyMap<string, Queue>;

interface Poll {
  readonly options: ReceiveOptions;
  readonly stop: Cancel;
  resolve(messages: ReceivedMessage[]): void;
}

export class Queue {
  readonly settings: QueueSettings;
  readonly #timers: Timers;
  readonly #messages = new Map<string, Stored>();
  readonly #polls: Poll[] = [];
  #deadLetterQueue: Queue | undefined;
  #wake: { readonly at: number; readonly cancel: Cancel } | undefined;

  constructor(settings: QueueSettings, timers: Timers) {
    this.settings = settings;
    this.#timers = timers;
  }

  /**
   * Sets the dead-letter queue, which gets the messages that were received `maxReceiveCount` times. It is not one of
   * the settings, because it may be created after this queue.
   */
  redriveTo(deadLetterQueue: Queue): void {
    this.#deadLetterQueue = deadLetterQueue;
  }

  /** @returns the message's id */
  send({ body, messageAttributes = {}, senderId, delaySeconds }: SentMessage): string {
    const sentAt = this.#timers.now();
    const visibleAt = sentAt + (delaySeconds ?? this.settings.delaySeconds) * 1000;
    const messageId = randomUUID();
    this.#store({ messageId, body, messageAttributes, senderId, sentAt, visibleAt });
    return messageId;
  }

  /**
   * Receives at most `maximum` visible messages, the oldest first. If there are none, waits up to `waitSeconds` for one
   * (default: the queue's setting), and resolves with an empty list if none comes.
   */
  receive(options: ReceiveOptions): Promise<ReceivedMessage[]> {
    const messages = this.#take(options);
    const waitSeconds = options.waitSeconds ?? this.settings.receiveWaitSeconds;
    if (messages.length > 0 || waitSeconds === 0) return Promise.resolve(messages);
    return new Promise((resolve) => {
      const poll: Poll = {
        options,
        resolve,
        stop: this.#timers.after(waitSeconds * 1000, () => {
          this.#polls.splice(this.#polls.indexOf(poll), 1);
          resolve([]);
        }),
      };
      this.#polls.push(poll);
      this.#wakeForNextVisible();
    });
  }

  /** @returns false when the text is not a receipt handle; true otherwise, even if the message no longer exists */
  delete(receiptHandle: string): boolean {
    const messageId = messageOf(receiptHandle);
    if (messageId === undefined) return false;
    // The message may have been received again meanwhile: only its newest handle deletes it.
    if (this.#messages.get(messageId)?.receiptHandle === receiptHandle) {
      this.#messages.delete(messageId);
    }
    return true;
  }

  /**
   * Changes the visibility timeout of a message to `seconds` from now.
   * @returns undefined when the text is not a receipt handle; false when the message is not in flight with this handle
   */
  changeVisibility(receiptHandle: string, seconds: number): boolean | undefined {
    const messageId = messageOf(receiptHandle);
    if (messageId === undefined) return undefined;
    const message = this.#messages.get(messageId);
    const now = this.#timers.now();
    if (message?.receiptHandle !== receiptHandle || message.visibleAt <= now) return false;
    message.visibleAt = now + seconds * 1000;
    this.#serve();
    return true;
  }

  purge(): void {
    this.#messages.clear();
  }

  /** The numbers of visible, in-flight and delayed messages. */
  count(): { visible: number; inFlight: number; delayed: number } {
    const counts = { visible: 0, inFlight: 0, delayed: 0 };
    const now = this.#timers.now();
    this.#deleteExpired(now);
    for (const { visibleAt, receiptHandle } of this.#messages.values()) {
      if (visibleAt <= now) counts.visible += 1;
      else if (receiptHandle === undefined) counts.delayed += 1;
      else counts.inFlight += 1;
    }
    return counts;
  }

  /** Ends all long polls. */
  close(): void {
    this.#wake?.cancel();
    this.#wake = undefined;
    for (const poll of this.#polls.splice(0)) {
      poll.stop();
      poll.resolve([]);
    }
  }

  /** Stores a message of a queue whose dead-letter queue this is. The message keeps its id and `sentAt`. */
  takeOver(message: Moved): void {
    this.#store(message);
  }

  #store(message: Moved): void {
    const fresh = { receiveCount: 0, firstReceivedAt: 0, receiptHandle: undefined };
    this.#messages.set(message.messageId, { ...message, ...fresh });
    this.#serve();
  }

  #take({ maximum, visibilityTimeoutSeconds }: ReceiveOptions): ReceivedMessage[] {
    const { redrive, visibilityTimeoutSeconds: usual } = this.settings;
    const now = this.#timers.now();
    this.#deleteExpired(now);
    const taken: ReceivedMessage[] = [];
    for (const message of this.#messages.values()) {
      if (taken.length >= maximum) break;
      if (message.visibleAt > now) continue;
      if (redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
        this.#messages.delete(message.messageId);
        const deadLetterSource = this.settings.arn;
        this.#deadLetterQueue?.takeOver({ ...message, visibleAt: now, deadLetterSource });
        continue;
      }
      message.visibleAt = now + (visibilityTimeoutSeconds ?? usual) * 1000;
      message.receiveCount += 1;
      message.firstReceivedAt ||= now;
      message.receiptHandle = handleOf(message.messageId);
      taken.push(received(message, message.receiptHandle));
    }
    return taken;
  }

  #deleteExpired(now: number): void {
    const oldest = now - this.settings.retentionSeconds * 1000;
    for (const { messageId, sentAt } of this.#messages.values()) {
      if (sentAt < oldest) this.#messages.delete(messageId);
    }
  }

  /** Answers waiting long polls with the messages that are visible. */
  #serve(): void {
    while (this.#polls.length > 0) {
      const [poll] = this.#polls;
      const messages = poll === undefined ? [] : this.#take(poll.options);
      if (poll === undefined || messages.length === 0) break;
      this.#polls.shift();
      poll.stop();
      poll.resolve(messages);
    }
    this.#wakeForNextVisible();
  }

  #wakeForNextVisible(): void {
    const now = this.#timers.now();
    let next = Infinity;
    if (this.#polls.length > 0) {
      for (const { visibleAt } of this.#messages.values()) {
        if (visibleAt > now && visibleAt < next) next = visibleAt;
      }
    }
    if (this.#wake?.at === next) return;
    this.#wake?.cancel();
    this.#wake = undefined;
    if (next === Infinity) return;
    const cancel = this.#timers.after(next - now, () => {
      this.#wake = undefined;
      this.#serve();
    });
    this.#wake = { at: next, cancel };
  }
}
