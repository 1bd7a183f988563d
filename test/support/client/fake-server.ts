// A server for clients on fake sockets, which behaves as docs/protocol.md says, one step at a time.
import {
  byNewest,
  everyAgent,
  filterOf,
  narrow,
  registerOf,
  type AgentFilter,
  type ClientMessage,
  type EventMessage,
  type ServerMessage,
  type TimelineEvent,
} from '#sdk/protocol';
import { isNewer, versionOfEvent } from '#sdk/protocol/registers';
import { emptyLists } from '../data/events';
import { settle, type ClientHarness, type FakeSocket } from './client-harness';

interface Connection {
  scope: readonly string[];
  agents: readonly string[];
  /** Number of the client's messages that were read. */
  read: number;
  /** What is left to do for the message that was read last, in this order. */
  readonly steps: (() => void)[];
  /** Messages on their way to the client. */
  readonly outbox: ServerMessage[];
}

interface Stored {
  readonly event: EventMessage;
  readonly at: number;
}

/** What goes wrong with an answer: it is limited, without an effect; or it fails or gets lost, with an effect. */
export type Fault = 'rate_limited' | 'unavailable' | 'lost';

export class FakeServer {
  /** The scope of the tokens that are given out now. */
  scope: readonly string[] = [everyAgent];
  /** Whether it is a server of an earlier version, without scopes and subscriptions. */
  isLegacy = false;
  private readonly registers = new Map<string, Stored>();
  /** All that was reported. */
  private readonly reported = new Map<string, EventMessage>();
  private readonly connections = new Map<FakeSocket, Connection>();

  constructor(private readonly harness: ClientHarness) {}

  /** The connections that are open. */
  get open(): FakeSocket[] {
    return [...this.connections.keys()].filter(({ readyState }) => readyState === 'open');
  }

  /** The events of all registers that a view contains, as text. */
  eventsOf(view: AgentFilter): string[] {
    return [...this.registers.values()]
      .filter(({ event }) => view.matches(event.payload.agentId))
      .map(({ event }) => JSON.stringify(event))
      .sort();
  }

  /** Accepts the handshakes that are waiting. */
  async accept(): Promise<void> {
    await settle();
    for (const socket of this.harness.open) {
      if (socket.readyState !== 'connecting') continue;
      const offers = !this.isLegacy && socket.protocols.includes('mission-control.subscribe');
      const agents = offers ? [] : [everyAgent];
      this.connections.set(socket, { scope: this.scope, agents, read: 0, steps: [], outbox: [] });
      socket.accept();
    }
    await settle();
  }

  /** Stores an event, and posts it to each connection that may see it and wants it. */
  report(event: EventMessage): void {
    this.reported.set(JSON.stringify(event), event);
    const known = this.registers.get(registerOf(event))?.event;
    if (known && !isNewer(versionOfEvent(event), versionOfEvent(known))) return;
    this.registers.set(registerOf(event), { event, at: this.harness.time.now() });
    for (const socket of this.open) {
      const connection = this.connectionOf(socket);
      if (viewOf(connection).matches(event.payload.agentId)) connection.outbox.push(event);
    }
  }

  /** Does the next step of an answer. Returns false if there is nothing to answer. */
  step(socket: FakeSocket, fault?: Fault): boolean {
    const connection = this.connectionOf(socket);
    if (connection.steps.length === 0) {
      const message = socket.sent[connection.read];
      if (message === undefined) return false;
      connection.read += 1;
      connection.steps.push(...this.stepsOf(message, connection, fault));
    }
    connection.steps.shift()?.();
    return true;
  }

  /** Delivers the next message. Returns false if there is none. */
  async deliver(socket: FakeSocket): Promise<boolean> {
    const message = this.connectionOf(socket).outbox.shift();
    if (message === undefined) return false;
    socket.receiveText(JSON.stringify(message));
    await settle();
    return true;
  }

  /** Accepts, answers and delivers all that is waiting. */
  async run(): Promise<void> {
    await this.accept();
    for (let isBusy = true; isBusy;) {
      isBusy = false;
      for (const socket of this.open) {
        while (this.step(socket)) isBusy = true;
        while (await this.deliver(socket)) isBusy = true;
      }
    }
  }

  /** Lets time pass, with a heartbeat after each half minute; what is on its way arrives first. */
  async pass(milliseconds: number): Promise<void> {
    const { time } = this.harness;
    const end = time.now() + milliseconds;
    while (time.now() < end) {
      for (const socket of this.open) while (await this.deliver(socket));
      await time.pass(Math.min(30_000, end - time.now()));
      for (const socket of this.open) socket.receive('heartbeat', { timestamp: time.now() });
    }
  }

  private connectionOf(socket: FakeSocket): Connection {
    const connection = this.connections.get(socket);
    if (connection === undefined) throw new Error('This handshake was not accepted.');
    return connection;
  }

  private stepsOf(message: ClientMessage, connection: Connection, fault?: Fault): (() => void)[] {
    const post = (one: ServerMessage) => () => {
      connection.outbox.push(one);
    };
    const error = (code: string) => post({ type: 'error', payload: { code, message: 'No.' } });
    if (fault === 'rate_limited') return [error(fault)];
    if (message.type === 'ping') return [post({ type: 'pong', payload: this.timed() })];
    if (message.type === 'subscribe' && this.isLegacy) return [error('unknown_type')];
    const [effect, ...answers] = this.answersTo(message, connection);
    if (fault === 'lost') return [effect];
    return [effect, ...(fault === 'unavailable' ? [error(fault)] : answers)];
  }

  /** The effect of a message, and the steps of its answer: an event may come between any two of them. */
  private answersTo(
    message: Exclude<ClientMessage, { type: 'ping' }>,
    connection: Connection,
  ): [() => void, ...(() => void)[]] {
    const { outbox } = connection;
    let stored: readonly EventMessage[] = [];
    let inForce: readonly string[] = [];
    let had: AgentFilter = filterOf([]);
    const isOld = (at: number, since = 0) => at < since;
    const postSnapshot = () => outbox.push(...this.snapshotOf(stored, connection));
    switch (message.type) {
      case 'token:refresh':
        return [
          () => {
            const before = viewOf(connection).patterns;
            connection.scope = this.scope;
            inForce = viewOf(connection).patterns;
            const isChanged = JSON.stringify(inForce) !== JSON.stringify(before);
            if (isChanged && !this.isLegacy) {
              outbox.push({ type: 'subscribed', payload: { agents: [...inForce] } });
            }
          },
          () => {
            const expiresAt = this.harness.time.now() + 36_000_000;
            outbox.push({ type: 'token:refreshed', payload: { expiresAt } });
          },
        ];
      case 'session:history':
        return [
          () => {
            const { agentId, sessionId } = message.payload;
            outbox.push({
              type: 'session:timeline',
              payload: { agentId, sessionId, events: this.timelineOf(agentId, sessionId) },
            });
          },
        ];
      case 'state:sync':
        return [
          () => {
            stored = this.read(viewOf(connection), ({ at }) => !isOld(at, message.payload?.since));
          },
          postSnapshot,
        ];
      case 'subscribe':
        return [
          () => {
            const { agents } = message.payload;
            const isRepeated = JSON.stringify(connection.agents) === JSON.stringify(agents);
            if (!isRepeated) had = viewOf(connection);
            connection.agents = agents;
            inForce = viewOf(connection).patterns;
          },
          () => {
            const { since } = message.payload;
            stored = this.read(
              viewOf(connection),
              ({ at, event }) => !isOld(at, since) && !had.matches(event.payload.agentId),
            );
          },
          () => outbox.push({ type: 'subscribed', payload: { agents: [...inForce] } }),
          postSnapshot,
        ];
    }
  }

  private read(view: AgentFilter, isWanted: (stored: Stored) => boolean): EventMessage[] {
    return [...this.registers.values()]
      .filter((stored) => view.matches(stored.event.payload.agentId) && isWanted(stored))
      .map(({ event }) => event);
  }

  /** A timeline in one page. */
  private timelineOf(agentId: string, sessionId: string): TimelineEvent[] {
    return [...this.reported.values()]
      .flatMap(({ type, payload }) => (type === 'session:activity' ? [payload] : []))
      .filter((one) => one.agentId === agentId && one.sessionId === sessionId)
      .map(({ lastMessage, timestamp }) => ({ lastMessage, timestamp }))
      .sort(byNewest);
  }

  /** A snapshot in two messages. */
  private snapshotOf(events: readonly EventMessage[], connection: Connection): ServerMessage[] {
    const { patterns } = viewOf(connection);
    const isLimited = !this.isLegacy && patterns[0] !== everyAgent;
    const half = Math.ceil(events.length / 2);
    const part = (some: readonly EventMessage[], complete: boolean): ServerMessage => ({
      type: 'state:snapshot',
      payload: {
        ...emptyLists(),
        agents: some.flatMap((one) => (one.type === 'agent:status' ? [one.payload] : [])),
        sessions: some.flatMap((one) => (one.type === 'session:activity' ? [one.payload] : [])),
        ...this.timed(),
        complete,
        ...(complete && isLimited && { visibleAgents: [...patterns] }),
      },
    });
    return [part(events.slice(0, half), false), part(events.slice(half), true)];
  }

  private timed() {
    return { timestamp: this.harness.time.now() };
  }
}

function viewOf({ scope, agents }: Connection): AgentFilter {
  return narrow(filterOf(scope), filterOf(agents));
}
