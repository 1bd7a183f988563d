// The local stack, and a web server for the programs in the environments: it serves their pages, and does what they ask.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { WebSocket } from 'ws';
import { startLocalStack } from '#local/index';
import { Disposables } from '#local/support/disposables';
import { createMissionControl } from '#sdk/client';
import { createPublisher } from '#sdk/publisher';
import type { AgentStatus } from '#sdk/protocol';
import { connectionRecords } from '../support/stack/connection-records';
import { eventually } from '../support/eventually';
import type { Configuration, Results } from './programs/test';

/** How long a program may take on a busy machine. */
const patienceMilliseconds = 120_000;

/** The files of a page, by name: `''` is its HTML. */
type Files = Readonly<Record<string, string>>;
type MakeFiles = (configuration: Configuration) => Promise<Files>;

/** One environment in which checks are made. */
export interface Visit {
  /** The address of the page, and of what its program asks. It ends in a slash. */
  readonly url: string;
  /** Resolves when the program has made its checks; with no results if it does not do so in time. */
  readonly results: Promise<Results>;
}

export interface Service {
  /**
   * Prepares an environment with its own user.
   * @param files what its page consists of, or a function that returns that; nothing outside of browsers
   */
  readonly visit: (files?: Files | MakeFiles) => Visit;
  readonly close: () => Promise<void>;
}

/** Starts both. */
export function openService(): Promise<Service> {
  return Disposables.build(open);
}

async function open(disposables: Disposables): Promise<Service> {
  const pages = await openPages();
  disposables.use(pages);
  const stack = await startLocalStack({ settings: { allowedOrigins: [pages.origin] } });
  disposables.use(stack);
  const { clientConfiguration, awsEndpointUrl, webSocketUrl, mintToken } = stack;
  const publisher = createPublisher({ clientConfiguration });
  disposables.use(publisher);
  const endpoint = `${awsEndpointUrl}/live`;
  const management = new ApiGatewayManagementApiClient({ ...clientConfiguration, endpoint });
  disposables.add(() => {
    management.destroy();
  });
  const observer = createMissionControl({
    url: webSocketUrl,
    getToken: () => mintToken(),
    WebSocket,
  });
  disposables.use(observer);
  let visits = 0;

  /** Resolves when the event has been sent to all clients: one that connects later gets it in its snapshot. */
  async function report(agentId: string, status: AgentStatus['status']): Promise<void> {
    await publisher.broadcastAgentStatus(agentId, status);
    await eventually(() => {
      expect(observer.agents.get(agentId)?.status).toBe(status);
    });
  }

  async function connectionsOf(userId: string): Promise<string[]> {
    const records = await connectionRecords(stack);
    return [...records].flatMap(([id, owner]) => (owner === userId ? [id] : []));
  }

  function visit(given: Files | MakeFiles = {}): Visit {
    const userId = `visitor-${(visits += 1)}`;
    const configuration: Configuration = { userId, url: webSocketUrl };
    let finish: (results: Results) => void = () => undefined;
    const results = new Promise<Results>((resolve) => {
      finish = resolve;
      setTimeout(resolve, patienceMilliseconds, {}).unref();
    });
    const files = typeof given === 'function' ? given(configuration) : given;
    const url = pages.add(userId, files, {
      configuration: () => configuration,
      token: ({ kind }) =>
        mintToken({ sub: userId, expiresInSeconds: kind === 'expired' ? -60 : 3600 }),
      report: ({ agentId, status }) => report(agentId, status),
      async disconnect() {
        for (const ConnectionId of await connectionsOf(userId)) {
          await management.send(new DeleteConnectionCommand({ ConnectionId }));
        }
      },
      connections: async () => (await connectionsOf(userId)).length,
      finish,
    });
    return { url, results };
  }

  return { visit, close: () => disposables.dispose() };
}

type Actions = Readonly<Record<string, (given: never) => unknown>>;

/** A web server on this machine, with a folder for each environment. */
async function openPages() {
  const folders = new Map<
    string,
    { readonly files: Files | Promise<Files>; readonly actions: Actions }
  >();

  async function answer({ method, url = '' }: IncomingMessage, body: Buffer) {
    const [, folder = '', name = ''] = url.replace(/\?.*/, '').split('/');
    const { files = {}, actions = {} } = folders.get(folder) ?? {};
    if (method === 'GET') return (await files)[name];
    const action = actions[name];
    return action && JSON.stringify((await action(JSON.parse(String(body)) as never)) ?? null);
  }

  const server = createServer((request, response) => {
    const { url = '' } = request;
    response.setHeader('Content-Type', url.endsWith('.js') ? 'text/javascript' : 'text/html');
    buffer(request)
      .then((body) => answer(request, body))
      .then((text) => response.writeHead(text === undefined ? 404 : 200).end(text))
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    /** @returns the address of the folder */
    add(folder: string, files: Files | Promise<Files>, actions: Actions): string {
      folders.set(folder, { files, actions });
      return `${origin}/${folder}/`;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
