// The page that is measured: it shows how many sessions there are, while a server inside it tells of their messages.
import { useEffect, useReducer } from 'react';
import { createRoot } from 'react-dom/client';
import { MissionControlProvider, useMissionControl, useSessions } from '#sdk/client/react/index';
import type { ClientMessage, ServerMessage, SessionActivity } from '#sdk/protocol';
import { emptyLists } from '../../test/support/data/events';

/** What is to be measured. */
export interface HooksLoad {
  readonly variant: HooksVariant;
  /** Each has one session. */
  readonly agents: number;
  readonly eventsPerSecond: number;
}

/** What has happened since the page was opened. */
export interface HooksCounts {
  readonly renders: number;
  readonly events: number;
  readonly frames: number;
  /** Sessions that are shown. */
  readonly shown: number;
  /** Milliseconds. */
  readonly at: number;
}

/** How a component follows the sessions. */
const readers = {
  /** Ours. */
  hook: () => useSessions().length,
  /** What one writes without it: render when something is told, and sort what there is. */
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

/** A WebSocket that is also its server. */
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
      payload: { ...emptyLists(), sessions, timestamp: Date.now(), complete: true },
    });
    this.report();
  }

  close(): void {
    this.onmessage = null;
  }

  private tell(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** As many messages as are due by now, each by itself. */
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
  const useCount = readers[load.variant];
  const Count = () => {
    counts.renders += 1;
    counts.shown = useCount();
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
      // The server inside this page does not answer pings.
      timing={{ heartbeatMs: 3_600_000 }}
    >
      <Count />
    </MissionControlProvider>,
  );
}

/** For who measures: {@link start}, and what has happened. */
export const measured = {
  start,
  counts: (): HooksCounts => ({ ...counts, at: performance.now() }),
};
