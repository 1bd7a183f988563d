// A client that reads a timeline, and what is on its way to it: a test decides what arrives, in which order and how often.
import type { SessionActivity } from '#sdk/client';
import { ClientHarness, settle, type FakeSocket } from './client-harness';

/** An iteration of `client.history`. */
interface Read {
  /** What it must return, because it was in the timeline before the iteration began. */
  readonly known: readonly SessionActivity[];
  /** What it has returned so far, in this order. */
  readonly told: SessionActivity[];
  isDone: boolean;
}

export class HistoryReader {
  readonly reads: Read[] = [];
  /** The events that the client has received as messages. */
  readonly live: SessionActivity[] = [];
  /** Texts on their way to the client, with the number of events that had been reported by then. */
  private readonly outbox: { readonly text: string; readonly reports: number }[] = [];
  private readonly harness = new ClientHarness();
  /** For each connection, how many messages of the client were answered. */
  private readonly answered = new Map<FakeSocket, number>();

  /**
   * @param respond returns the texts with which the server answers a text of the client
   * @param reported all that was reported so far; grows
   */
  constructor(
    private readonly respond: (text: string) => Promise<readonly string[]>,
    private readonly reported: readonly SessionActivity[],
  ) {
    this.harness.client.on('session:activity', (activity) => this.live.push(activity));
  }

  /** Begins to read the timeline of a session. */
  read({ agentId, sessionId }: Pick<SessionActivity, 'agentId' | 'sessionId'>): void {
    // Answers have no ids: one to an earlier request for the same page may arrive, and is taken.
    const count = Math.min(this.reported.length, ...this.outbox.map(({ reports }) => reports));
    const read: Read = { known: this.reported.slice(0, count), told: [], isDone: false };
    this.reads.push(read);
    void (async () => {
      for await (const activity of this.harness.client.history(agentId, sessionId))
        read.told.push(activity);
      read.isDone = true;
    })();
  }

  /** Opens a connection if there is none. */
  async open(): Promise<void> {
    if (this.harness.state === 'waiting') await this.harness.nextAttempt();
    await settle();
    if (this.harness.socket.readyState === 'connecting') this.harness.socket.accept();
    await settle();
  }

  /** Ends the connection: what is on its way is lost. */
  async drop(): Promise<void> {
    if (this.harness.socket.readyState === 'open') this.harness.socket.drop();
    this.outbox.length = 0;
    await settle();
  }

  /** Lets the server answer the next message of the client. Returns false if there is none. */
  async answer(): Promise<boolean> {
    const { socket } = this.harness;
    const index = this.answered.get(socket) ?? 0;
    const message = socket.sent[index];
    if (message === undefined) return false;
    this.answered.set(socket, index + 1);
    for (const text of await this.respond(JSON.stringify(message))) this.send(text);
    return true;
  }

  /** Puts a text on its way to the client. */
  send(text: string): void {
    this.outbox.push({ text, reports: this.reported.length });
  }

  /** Loses one of the texts on their way. */
  lose(place: number): void {
    this.outbox.splice(this.indexOf(place), 1);
  }

  /** Lets one of the texts arrive. Returns false if there is none. @param isRepeated whether it will arrive once more */
  async receive(place = 0, isRepeated = false): Promise<boolean> {
    const index = this.indexOf(place);
    const sent = this.outbox[index];
    if (sent === undefined) return false;
    if (!isRepeated) this.outbox.splice(index, 1);
    this.harness.socket.receiveText(sent.text);
    await settle();
    return true;
  }

  /** Lets time pass, so that the client repeats what was not answered. */
  async pass(): Promise<void> {
    await this.harness.time.pass(10_000);
  }

  /** Lets everything arrive and be answered, until all iterations have ended. */
  async finish(): Promise<void> {
    for (let round = 0; round < 40; round += 1) {
      await this.open();
      while ((await this.answer()) || (await this.receive()));
      if (this.reads.every(({ isDone }) => isDone)) return;
      await this.pass();
    }
    throw new Error('An iteration does not end.');
  }

  private indexOf(place: number): number {
    return place % Math.max(1, this.outbox.length);
  }
}
