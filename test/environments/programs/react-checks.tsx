// What must hold for the hooks, with each version of React and in StrictMode as well.
import { hydrateRoot, type Root } from 'react-dom/client';
import { expectSame, until, type Checks } from './checks';
import { countLeftovers, type Leftovers } from './leftovers';
import { App } from './react-app';
import type { Test } from './test';

interface Stage {
  readonly test: Test;
  readonly token: string;
  readonly leftovers: Leftovers;
  /** The number of WebSockets that were created. */
  readonly sockets: () => number;
  /** How often the component of each element has rendered, by the id of the element. */
  readonly renders: Record<string, number>;
  root?: Root;
}

/** The texts of the elements, in their order. */
const texts = () => Array.from(document.querySelectorAll('p'), ({ textContent }) => textContent);

const twice = (text: string) => [text, text];

const shows = (...expected: readonly string[]) =>
  until(`shows ${expected.join(', ')}`, () => texts().join() === expected.join(), texts);

/** Reports one agent. */
export async function prepare(test: Test): Promise<Stage> {
  await test.report(`${test.configuration.userId}/a`, 'online');
  const leftovers = countLeftovers();
  let sockets = 0;
  globalThis.WebSocket = class extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets += 1;
    }
  };
  return { test, token: await test.token(), leftovers, sockets: () => sockets, renders: {} };
}

export const reactChecks: Checks<Stage> = {
  async 'hydrates what the server has rendered'(stage) {
    const { test, token, renders } = stage;
    const container = document.getElementById('root');
    if (!container) throw new Error('There is no element for React.');
    const fallback = ['idle', 'no agents', 'unknown', 'loading', ...twice('not connected')];
    expectSame('page of the server', texts(), fallback);
    const [element] = container.children;
    const errors: unknown[] = [];
    const isStrict = location.search === '?strict';
    stage.root = hydrateRoot(
      container,
      <App
        {...{ ...test.configuration, token, isStrict, getToken: () => test.token() }}
        rendered={(id) => {
          renders[id] = (renders[id] ?? 0) + 1;
        }}
      />,
      { onRecoverableError: (error) => errors.push(String(error)) },
    );
    await until('hydrated', () => renders['agent'] !== undefined);
    expectSame('errors', errors, []);
    expectSame('the element of the server is kept', container.children[0] === element, true);
  },
  async 'shows the state that there was'({ test }) {
    const { userId } = test.configuration;
    await shows('synced', `${userId}/a is online`, 'online', 'no messages', ...twice('online'));
  },
  async 'opens one connection for the provider, and one for all components with useWebSocket'({
    test,
    sockets,
  }) {
    expectSame('connections', await test.connections(), 2);
    expectSame('sockets', sockets(), 2);
  },
  async 'renders only the components whose values have changed, once'({ test, renders }) {
    const { userId } = test.configuration;
    const before = { ...renders };
    await test.report(`${userId}/b`, 'error');
    await shows(
      'synced',
      `${userId}/a is online, ${userId}/b is error`,
      'online',
      'no messages',
      ...twice('online'),
    );
    expectSame('agent', renders['agent'], before['agent']);
    expectSame('list', renders['list'], (before['list'] ?? 0) + 1);
  },
  async 'shows what was reported while the server had closed the connections'(stage) {
    const { test, sockets } = stage;
    const { userId } = test.configuration;
    await test.disconnect();
    await test.report(`${userId}/a`, 'offline');
    await shows(
      'synced',
      `${userId}/a is offline, ${userId}/b is error`,
      'offline',
      'no messages',
      ...twice('offline'),
    );
    await until('two connections', async () => (await test.connections()) === 2);
    expectSame('sockets', sockets(), 4);
  },
  async 'leaves nothing behind when it is unmounted'({ test, root, leftovers }) {
    root?.unmount();
    expectSame('elements', texts(), []);
    await until('no connection', async () => (await test.connections()) === 0);
    // React listens to the document for good.
    const left = () => leftovers.list().filter((one) => one !== 'listener for selectionchange');
    await until('nothing left', () => left().length === 0, left);
  },
};
