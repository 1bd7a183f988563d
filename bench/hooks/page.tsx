// The measured page: it shows the number of sessions, while a fake server in the page sends their events.
import { useEffect, useReducer } from 'react';
import { createRoot } from 'react-dom/client';
import {
  MissionControlProvider,
  useAgent,
  useAgents,
  useEvents,
  useMissionControl,
  useSessions,
} from '#sdk/client/react/index';
import {
  eventTypeDefinitions,
  type AnyDefinition,
  type ClientMessage,
  type ServerMessage,
  type SessionActivity,
} from '#sdk/protocol';

/** The variant to measure, and its events. */
export interface HooksLoad {
  readonly variant: HooksVariant;
  /** Number of agents, each with one session. */
  readonly agents: number;
  readonly eventsPerSecond: number;
}

/** Counts since the page was opened. */
export interface HooksCounts {
  readonly renders: number;
  readonly events: number;
  readonly frames: number;
  /** The number of sessions that the page shows. */
  readonly shown: number;
  /** Time of the counts, in milliseconds. */
  readonly at: number;
}

/** What a component reads, by variant. Each returns the number of agents or sessions that it knows of. */
const readers = {
  // The hooks of sdk/client/react.
  useSessions: () => useSessions().length,
  useAgents: () => useAgents({ sort: 'newest' }).length,
  filter: () => useAgents({ filter: ({ lastSeen }) => lastSeen !== undefined }).length,
  useEvents: ({ agents }: HooksLoad) => (useEvents({ limit: 1_000 }).length > 0 ? agents : 0),
  useAgent: ({ agents }: HooksLoad) => (useAgent('agent-0').isKnown ? agents : 0),
  /** Code without the hook: renders at each event, and sorts the sessions. */
  listener: () => {
    const client = useMissionControl();
    const [, render] = useReducer((renders: number) => renders + 1, 0);
    useEffect(() => client.on('session:activity', render), [client]);
    return [...client.sessions.values()].sort((one, other) => other.timestamp - one.timestamp)
      .length;
  },
};

export type HooksVariant = keyof typeof readers;

const counts = { renders: 0, events: 0, frames: 0, shown: 0 };

/** The lists of a snapshot without registers. */
const emptyLists = Object.fromEntries(
  eventTypeDefinitions.map(({ list }) => [list, []]),
) as unknown as Pick<
  Extract<ServerMessage, { type: 'state:snapshot' }>['payload'],
  AnyDefinition['list']
>;

/** A fake WebSocket that also acts as the server. */
class FakeSocket {
  onopen: ((event: object) => void) | null = null;
  onmessage: ((event: { readonly data: string }) => void) | null = null;
  onclose: ((event: object) => void) | null = null;
  onerror: ((event: object) => void) | null = null;

  constructor(private readonly load: HooksLoad) {
    setTimeout(() => this.onopen?.({}), 0);
  }

  send(text: string): void {
    const { type } = JSON.parse(text) as ClientMessage;
    if (type !== 'state:sync') return;
    const sessions = Array.from({ length: this.load.agents }, (_, index) => activityOf(index, 0));
    this.tell({
      type: 'state:snapshot',
      payload: { ...emptyLists, sessions, timestamp: Date.now(), complete: true },
    });
    this.report();
  }

  close(): void {
    this.onmessage = null;
  }

  private tell(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** Sends all events that are due, each as a separate message, every millisecond. */
  private report(): void {
    const startedAt = performance.now();
    setInterval(() => {
      const due = ((performance.now() - startedAt) * this.load.eventsPerSecond) / 1_000;
      for (; counts.events < due; counts.events += 1) {
        const payload = activityOf((counts.events * 7) % this.load.agents, Date.now());
        this.tell({ type: 'session:activity', payload });
      }
    }, 1);
  }
}

function activityOf(index: number, timestamp: number): SessionActivity {
  const lastMessage = `message ${counts.events}`;
  return { agentId: `agent-${index}`, sessionId: 'session', lastMessage, timestamp };
}

function start(load: HooksLoad): void {
  const useCount: (load: HooksLoad) => number = readers[load.variant];
  const Count = () => {
    counts.renders += 1;
    counts.shown = useCount(load);
    return <p>{counts.shown} sessions</p>;
  };
  class WebSocket extends FakeSocket {
    constructor() {
      super(load);
    }
  }
  const countFrame = () => {
    counts.frames += 1;
    requestAnimationFrame(countFrame);
  };
  countFrame();
  createRoot(document.body).render(
    <MissionControlProvider
      url="ws://localhost"
      getToken={() => 'token'}
      WebSocket={WebSocket}
      // The fake server does not answer pings.
      timing={{ heartbeatMs: 3_600_000 }}
    >
      <Count />
    </MissionControlProvider>,
  );
}

/** The interface to the measuring process. */
export const measured = {
  start,
  counts: (): HooksCounts => ({ ...counts, at: performance.now() }),
};
