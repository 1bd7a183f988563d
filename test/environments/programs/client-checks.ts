// What must hold for the client in every environment.
import { createMissionControl, type MissionControl, type MissionControlOptions } from '#sdk/client';
import { expectSame, until, type Checks } from './checks';
import { countLeftovers, type Leftovers } from './leftovers';
import type { Test } from './test';

interface Stage {
  readonly test: Test;
  readonly client: MissionControl;
  readonly leftovers: Leftovers;
  /** Each report of an agent that the client has told of: the agent, its status before, its status, and the source. */
  readonly heard: (readonly [string, string | undefined, string, string])[];
  /** The states of the connection, and `synced`, in their order. */
  readonly states: string[];
  /** The agents of this environment. */
  readonly a: string;
  readonly b: string;
  /** What `getToken` does. A check may replace it. */
  getToken: () => Promise<string>;
}

/** Reports one agent, and creates a client. */
export async function prepare(test: Test, options: Partial<MissionControlOptions>): Promise<Stage> {
  const { userId, url } = test.configuration;
  const [a, b] = [`${userId}/a`, `${userId}/b`];
  await test.report(a, 'online');
  const leftovers = countLeftovers();
  const client = createMissionControl({ ...options, url, getToken: () => stage.getToken() });
  const stage: Stage = {
    ...{ test, client, leftovers, heard: [], states: [], a, b },
    getToken: () => test.token(),
  };
  // Other fields of the connection change, too, at any time.
  let last: string = client.connection.state;
  client.on('connection', ({ state }) => {
    if (state !== last) stage.states.push(state);
    last = state;
  });
  client.on('synced', () => stage.states.push('synced'));
  client.on('change', ({ changes }) => {
    for (const { type, current, previous, source } of changes) {
      if (type !== 'agent:status' || !current.agentId.startsWith(`${userId}/`)) continue;
      stage.heard.push([current.agentId, previous?.status, current.status, source]);
    }
  });
  return stage;
}

/** Waits until the client is synced, and has told of as many reports since the last call. Returns these. */
async function hears({ client, heard, states }: Stage, count: number): Promise<Stage['heard']> {
  await until(
    `synced, and ${count} reports`,
    () => client.connection.isSynced && heard.length >= count,
    () => ({ connection: client.connection, states, heard }),
  );
  return heard.splice(0);
}

const status = ({ client }: Stage, agentId: string) => client.agents.get(agentId)?.status;

export const clientChecks: Checks<Stage> = {
  async 'connects with a token, and gets the state in the first snapshot'(stage) {
    const { a, client, states } = stage;
    expectSame('reports', await hears(stage, 1), [[a, undefined, 'online', 'snapshot']]);
    expectSame('states', states.splice(0), ['connected', 'synced']);
    expectSame('connection', client.connection.state, 'connected');
    expectSame('status', status(stage, a), 'online');
  },
  async 'tells of an event when it happens'(stage) {
    const { test, b } = stage;
    await test.report(b, 'online');
    expectSame('reports', await hears(stage, 1), [[b, undefined, 'online', 'live']]);
    expectSame('status', status(stage, b), 'online');
  },
  async 'tells what has changed'(stage) {
    const { test, b } = stage;
    await test.report(b, 'error');
    expectSame('reports', await hears(stage, 1), [[b, 'online', 'error', 'live']]);
  },
  async 'sees only the agents that it subscribes to'(stage) {
    const { test, client, a, b } = stage;
    client.subscribe([a]);
    await until('sees one agent', () => String(client.connection.visibleAgents) === a);
    expectSame('others', [...client.agents.keys()], [a]);
    await test.report(b, 'offline');
    await test.report(a, 'error');
    expectSame('reports', await hears(stage, 1), [[a, 'online', 'error', 'live']]);
    client.subscribe(['*']);
    expectSame('reports', await hears(stage, 1), [[b, undefined, 'offline', 'snapshot']]);
  },
  async 'connects again when the server has closed its connection, and has missed nothing'(stage) {
    const { test, client, states, a, b } = stage;
    states.length = 0;
    let release: () => void = () => undefined;
    const isReported = new Promise<void>((resolve) => {
      release = resolve;
    });
    stage.getToken = () => isReported.then(() => test.token());
    await test.disconnect();
    await until('not connected', () => client.connection.state !== 'connected');
    await test.report(a, 'offline');
    await test.report(b, 'online');
    release();
    const reports = await hears(stage, 2);
    expectSame('reports', reports.sort(), [
      [a, 'error', 'offline', 'snapshot'],
      [b, 'offline', 'online', 'snapshot'],
    ]);
    expectSame('states', states.splice(0), ['waiting', 'connecting', 'connected', 'synced']);
    await until('one connection', async () => (await test.connections()) === 1);
  },
  async 'is unauthorized with a token that the server refuses, and connects with a valid one'(
    stage,
  ) {
    const { test, client, states } = stage;
    stage.getToken = () => test.token('expired');
    client.reconnect();
    await until(
      'unauthorized',
      () => client.connection.state === 'unauthorized',
      () => states,
    );
    expectSame('reason', client.connection.reason, 'refused');
    stage.getToken = () => test.token();
    client.reconnect();
    await hears(stage, 0);
    expectSame('states', states, [
      'connecting',
      'unauthorized',
      'connecting',
      'connected',
      'synced',
    ]);
  },
  async 'leaves nothing behind when it is closed'(stage) {
    const { test, client, leftovers, a } = stage;
    client.close();
    expectSame('state', client.connection.state, 'closed');
    await until('no connection', async () => (await test.connections()) === 0);
    await until('nothing left', () => leftovers.list().length === 0, leftovers.list);
    expectSame('status', status(stage, a), 'offline');
  },
};
