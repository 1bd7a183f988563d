// A page that uses the hooks: rendered on the server, and hydrated in the browser.
import { StrictMode, useEffect, type ReactElement } from 'react';
import {
  MissionControlProvider,
  useAgent,
  useAgents,
  useConnection,
  useHistory,
  useWebSocket,
} from '#sdk/client/react/index';

export interface AppProps {
  readonly userId: string;
  readonly url: string;
  readonly getToken: () => Promise<string>;
  /** The token of the components with `useWebSocket`. Empty: no connection. */
  readonly token: string;
  readonly isStrict: boolean;
  /** Called with the id of each element whose component has rendered. */
  readonly rendered: (id: string) => void;
}

interface ElementProps extends AppProps {
  readonly id: string;
}

function Connection({ id, rendered }: ElementProps) {
  const { state, isSynced } = useConnection();
  useEffect(() => {
    rendered(id);
  });
  return <p id={id}>{isSynced ? 'synced' : state}</p>;
}

function List({ id, userId, rendered }: ElementProps) {
  const agents = useAgents({ filter: ({ agentId }) => agentId.startsWith(`${userId}/`) });
  useEffect(() => {
    rendered(id);
  });
  const lines = agents.map(({ agentId, status = 'unknown' }) => `${agentId} is ${status}`);
  return <p id={id}>{lines.join(', ') || 'no agents'}</p>;
}

function Agent({ id, userId, rendered }: ElementProps) {
  const { isKnown, status } = useAgent(`${userId}/a`);
  useEffect(() => {
    rendered(id);
  });
  return <p id={id}>{isKnown ? status : 'unknown'}</p>;
}

function Timeline({ id, userId }: ElementProps) {
  const { events, isLoading } = useHistory(`${userId}/a`, 's');
  const messages = events.map(({ lastMessage }) => lastMessage).join(' ') || 'no messages';
  return <p id={id}>{isLoading ? 'loading' : messages}</p>;
}

function Simple({ id, userId, url, token }: ElementProps) {
  const { isConnected, agentStatuses } = useWebSocket(token, { url });
  const status = agentStatuses.get(`${userId}/a`)?.status ?? 'unknown';
  return <p id={id}>{isConnected ? status : 'not connected'}</p>;
}

export function App(props: AppProps): ReactElement {
  const { url, getToken, isStrict } = props;
  const page = (
    <>
      <MissionControlProvider url={url} getToken={getToken}>
        <Connection {...props} id="connection" />
        <List {...props} id="list" />
        <Agent {...props} id="agent" />
        <Timeline {...props} id="timeline" />
      </MissionControlProvider>
      <Simple {...props} id="first" />
      <Simple {...props} id="second" />
    </>
  );
  return isStrict ? <StrictMode>{page}</StrictMode> : page;
}
