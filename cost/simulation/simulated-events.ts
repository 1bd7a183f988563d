// The events of a simulation: when each was reported, and when the last client had it, or a newer one of its register.
import { messageOfEvent, type OutgoingMessage } from '#core/fan-out/outgoing-message';

interface Posted {
  /** The events whose messages are in it, by their numbers. */
  readonly events: readonly number[];
  posts: number;
  deliveredAt: number;
}

/** The results of all events. */
export interface Aftermath {
  /** The longest time from the report of an event to its last post, in seconds, and how many flushes began meanwhile. */
  readonly oldestSeconds: number;
  readonly oldestFlushes: number;
  readonly events: number;
  readonly superseded: number;
  readonly lost: number;
}

export class SimulatedEvents {
  private readonly reportedAt: number[] = [];
  /** By text: those of a batch are cut into its events once, however many clients it is posted to. */
  private readonly posted = new Map<string, Posted>();

  constructor(
    private readonly options: {
      readonly connections: number;
      /** Agents and sessions: each has a register, and they report in turn. */
      readonly registers: number;
      /** Of a message, in bytes. */
      readonly messageBytes: number;
    },
  ) {}

  /** The message of the next event. */
  report(now: number): OutgoingMessage {
    const number = this.reportedAt.push(now) - 1;
    const agentId = `agent-${number % this.options.registers}`;
    const lastMessage = String(number);
    const payload = { agentId, sessionId: agentId, lastMessage, timestamp: now };
    const { text } = messageOfEvent({ type: 'session:activity', payload });
    const padded = lastMessage.padEnd(lastMessage.length + this.options.messageBytes - text.length);
    return messageOfEvent({
      type: 'session:activity',
      payload: { ...payload, lastMessage: padded },
    });
  }

  noteDelivered(text: string, now: number): void {
    let posted = this.posted.get(text);
    if (posted === undefined) {
      posted = { events: numbersIn(text), posts: 0, deliveredAt: now };
      this.posted.set(text, posted);
    }
    posted.posts += 1;
    posted.deliveredAt = now;
  }

  /** @param flushes when each began */
  aftermath(flushes: readonly number[]): Aftermath {
    const { registers } = this.options;
    const deliveredAt = this.deliveredAt();
    const { length: events } = this.reportedAt;
    const result = { oldestSeconds: 0, oldestFlushes: 0, events, superseded: 0, lost: 0 };
    // From the last to the first: what is superseded is as good as told when the newer one is.
    for (let number = this.reportedAt.length - 1; number >= 0; number -= 1) {
      const reportedAt = this.reportedAt[number] ?? 0;
      const newer = deliveredAt[number + registers];
      const own = deliveredAt[number];
      const told = own ?? newer;
      if (told === undefined) {
        result.lost += 1;
        continue;
      }
      if (own === undefined) result.superseded += 1;
      deliveredAt[number] = told;
      result.oldestSeconds = Math.max(result.oldestSeconds, (told - reportedAt) / 1000);
      const begun = flushes.filter((at) => at > reportedAt && at <= told).length;
      result.oldestFlushes = Math.max(result.oldestFlushes, begun);
    }
    return result;
  }

  /** By number, when the last client had it; undefined for those that some have not had, nor in the queue. */
  private deliveredAt(): (number | undefined)[] {
    const posts = this.reportedAt.map(() => 0);
    const deliveredAt = this.reportedAt.map(() => 0);
    for (const posted of this.posted.values()) {
      for (const number of posted.events) {
        posts[number] = (posts[number] ?? 0) + posted.posts;
        deliveredAt[number] = Math.max(deliveredAt[number] ?? 0, posted.deliveredAt);
      }
    }
    return deliveredAt.map((at, number) =>
      (posts[number] ?? 0) < this.options.connections ? undefined : at,
    );
  }
}

/** The numbers of the events of a message, or of those in a batch. */
function numbersIn(text: string): readonly number[] {
  interface Message {
    readonly payload: { readonly lastMessage: string };
  }
  const message = JSON.parse(text) as Message | { payload: { messages: readonly Message[] } };
  const messages = 'messages' in message.payload ? message.payload.messages : [message as Message];
  return messages.map(({ payload }) => parseInt(payload.lastMessage, 10));
}
