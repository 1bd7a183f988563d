// The documented React hook, rendered by React against the local stack.
import { JSDOM } from 'jsdom';
import { act, createElement, useEffect, useState } from 'react';
import type { Root } from 'react-dom/client';
import { WebSocket } from 'undici';
import { startLocalStack, type LocalStack } from '#local/index';
import { createPublisher } from '#sdk/publisher';
import { connectionRecords } from '../support/stack/connection-records';
import { eventually } from '../support/eventually';

let stack: LocalStack;

beforeAll(async () => {
  const { window } = new JSDOM();
  const { document, navigator } = window;
  const page = { IS_REACT_ACT_ENVIRONMENT: true, window, document, navigator };
  Object.assign(globalThis, page);
  stack = await startLocalStack();
});
afterAll(() => stack.close());

interface AgentStatus {
  agentId: string;
  status: 'online' | 'offline' | 'error';
  timestamp: number;
}

/** The hook of the documentation, with every behaviour that it describes. */
function useDocumentedWebSocket(token: string) {
  const [isConnected, setIsConnected] = useState(false);
  const [agentStatuses, setAgentStatuses] = useState<ReadonlyMap<string, AgentStatus>>(new Map());
  useEffect(() => {
    if (token === '') return undefined;
    const socket = new WebSocket(`${stack.webSocketUrl}?token=${token}`);
    const set = (isOpen: boolean) => () => {
      act(() => {
        setIsConnected(isOpen);
      });
    };
    socket.onopen = set(true);
    socket.onclose = set(false);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as { type: string; payload: AgentStatus };
      if (message.type !== 'agent:status') return;
      act(() => {
        setAgentStatuses((known) => new Map(known).set(message.payload.agentId, message.payload));
      });
    };
    return () => {
      socket.close();
    };
  }, [token]);
  return { isConnected, agentStatuses };
}

it('connects with a token, returns the status of every agent, and closes the connection when it is unmounted', async () => {
  const token = await stack.mintToken();
  let seen: ReturnType<typeof useDocumentedWebSocket> | undefined;
  function Dashboard() {
    seen = useDocumentedWebSocket(token);
    return null;
  }
  // Imported here, because React looks for the document when it is loaded.
  const { createRoot } = await import('react-dom/client');
  const root: Root = createRoot(new JSDOM().window.document.createElement('div'));
  act(() => {
    root.render(createElement(Dashboard));
  });
  expect(seen).toEqual({ isConnected: false, agentStatuses: new Map() });
  await eventually(() => {
    expect(seen?.isConnected).toBe(true);
  });

  const publisher = createPublisher({ clientConfiguration: stack.clientConfiguration });
  await publisher.broadcastAgentStatus('agent-123', 'online');
  await publisher.broadcastAgentStatus('agent-456', 'error');
  await eventually(() => {
    expect(seen?.agentStatuses.get('agent-123')?.status).toBe('online');
    expect(seen?.agentStatuses.get('agent-456')?.status).toBe('error');
  });
  await publisher.close();

  act(() => {
    root.unmount();
  });
  await eventually(async () => {
    expect((await connectionRecords(stack)).size).toBe(0);
  });
});
