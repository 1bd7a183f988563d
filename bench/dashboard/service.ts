// Serves a bundled dashboard, and sends it the messages of a service with many agents.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { DashboardFile } from '#dashboard/bundle';
import { eventTypeDefinitions, type EventMessage } from '#sdk/protocol/event-message';

export interface DashboardLoad {
  readonly agents: number;
  readonly eventsPerSecond: number;
}

export interface DashboardService {
  readonly pageUrl: string;
  /** Starts to send events, each as a message of its own, as to a client without batches. */
  readonly start: () => void;
  /** The number of events that were sent so far. */
  readonly sent: () => number;
  readonly close: () => Promise<void>;
}

/** The time between two timers, in milliseconds; each sends all events that are due. */
const tickMilliseconds = 5;

/** Opens the service on a free port. It accepts any token, and answers `state:sync` with all agents. */
export async function openDashboardService(
  files: readonly DashboardFile[],
  load: DashboardLoad,
): Promise<DashboardService> {
  const sockets = new Set<WebSocket>();
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const file = files.find(({ path }) => `/${path.replace(/^index\.html$/, '')}` === pathname);
    if (pathname === '/token') response.end('any.token.works');
    else if (pathname === '/config.json')
      response.end('{"token":{"kind":"endpoint","url":"/token"}}');
    else if (file === undefined) response.writeHead(404).end();
    else response.setHeader('content-type', file.contentType).end(file.contents);
  });
  new WebSocketServer({ server, handleProtocols: () => 'mission-control' }).on(
    'connection',
    (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('message', () => {
        socket.send(snapshotOf(load));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    pageUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    start() {
      const begin = performance.now();
      timer = setInterval(() => {
        const due = ((performance.now() - begin) / 1_000) * load.eventsPerSecond;
        for (; sent < due; sent += 1) {
          const text = JSON.stringify(eventOf(sent, load, Date.now()));
          for (const socket of sockets) socket.send(text);
        }
      }, tickMilliseconds);
    },
    sent: () => sent,
    async close() {
      clearInterval(timer);
      for (const socket of sockets) socket.terminate();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

/** The name of an agent. They belong to 20 teams. */
const nameOf = (index: number) => `team-${index % 20}/agent-${index}`;

/** A third of the events are statuses, of which one in ten is an error. */
export function eventOf(index: number, { agents }: DashboardLoad, timestamp: number): EventMessage {
  const agentId = nameOf((index * 7) % agents);
  if (index % 3 > 0) {
    const lastMessage = `Step ${index} of a task that takes many steps`;
    return {
      type: 'session:activity',
      payload: { agentId, sessionId: 's', lastMessage, timestamp },
    };
  }
  const status = index % 10 === 0 ? 'error' : index % 2 === 0 ? 'offline' : 'online';
  return { type: 'agent:status', payload: { agentId, status, timestamp } };
}

/** The answer to `state:sync`: each agent has a status and a session. */
function snapshotOf({ agents }: DashboardLoad): string {
  const timestamp = Date.now();
  const ids = Array.from({ length: agents }, (_, index) => nameOf(index));
  const lists = Object.fromEntries(eventTypeDefinitions.map(({ list }) => [list, [] as object[]]));
  const earlier = timestamp - 60_000;
  lists['agents'] = ids.map((agentId) => ({ agentId, status: 'online', timestamp: earlier }));
  lists['sessions'] = ids.map((agentId) => ({
    ...{ agentId, sessionId: 's', lastMessage: 'Began a task', timestamp: earlier },
  }));
  const payload = { ...lists, timestamp, complete: true };
  return JSON.stringify({ type: 'state:snapshot', payload });
}
