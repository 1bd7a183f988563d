// Creates the events of a simulation, and measures when the last client had each of them or a newer one of its register.
import { messageOfEvent, type OutgoingMessage } from '#core/fan-out/outgoing-message';

/** The posts with the same text. */
interface Posted {
  /** Numbers of the events whose messages the text contains. */
  readonly events: readonly number[];
  posts: number;
  /** Time of the last delivery, in milliseconds. */
  deliveredAt: number;
}

/** The results of all events; CoalescingResult describes the fields. */
export interface Aftermath {
  readonly oldestSeconds: number;
  readonly oldestFlushes: number;
  readonly events: number;
  readonly superseded: number;
  readonly lost: number;
}

export class SimulatedEvents {
  private readonly reportedAt: number[] = [];
  /** Posts by text, so that each text is parsed only once. */
  private readonly posted = new Map<string, Posted>();

  constructor(
    private readonly options: {
      readonly connections: number;
      /** Number of registers. Events are for each of them in turn. */
      readonly registers: number;
      /** Size of a message in bytes. */
      readonly messageBytes: number;
    },
  ) {}

  /** Creates the message of the next event, which is reported at `now` (milliseconds). */
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

  /** Records that a post with this text was delivered at `now` (milliseconds). */
  noteDelivered(text: string, now: number): void {
    let posted = this.posted.get(text);
    if (posted === undefined) {
      posted = { events: numbersIn(text), posts: 0, deliveredAt: now };
      this.posted.set(text, posted);
    }
    posted.posts += 1;
    posted.deliveredAt = now;
  }

  /**
   * Computes the results.
   * @param flushes start of each flush, in milliseconds
   */
  aftermath(flushes: readonly number[]): Aftermath {
    const { registers } = this.options;
    const deliveredAt = this.deliveredAt();
    const { length: events } = this.reportedAt;
    const result = { oldestSeconds: 0, oldestFlushes: 0, events, superseded: 0, lost: 0 };
    // From the last event to the first: a client that has a newer event of the register does not need the superseded one.
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

  /** The time at which the last client had each event, by number; undefined if some clients did not get it. */
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

/** The numbers of the events in the text of a message or of a batch. */
function numbersIn(text: string): readonly number[] {
  interface Message {
    readonly payload: { readonly lastMessage: string };
  }
  const message = JSON.parse(text) as Message | { payload: { messages: readonly Message[] } };
  const messages = 'messages' in message.payload ? message.payload.messages : [message as Message];
  return messages.map(({ payload }) => parseInt(payload.lastMessage, 10));
}
