// Runs the unchanged recipes of docs/recipes.md in a page, with the fake client of mission-control-realtime/testing.
// That of Next.js runs in test/environments/next.test.ts.
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { JSDOM } from 'jsdom';
import { compile } from 'svelte/compiler';
import type { createFakeMissionControl } from '#sdk/client/testing/index';
import type { AgentStatus } from '#sdk/protocol';
import { eventually } from '#test/support/eventually';
import { readRecipes } from '#test/support/recipes';

const project = path.resolve(__dirname, '../../..');

type FakeClient = ReturnType<typeof createFakeMissionControl>;

/** What a recipe runs in, as its bundle leaves it in the window. */
interface Running {
  readonly client: FakeClient;
  readonly text: () => string;
  /** What the program under test has said. */
  readonly said: readonly string[];
  readonly stop: () => void;
}

let recipes: ReadonlyMap<string, readonly string[]>;
let dom: JSDOM | undefined;

beforeAll(async () => {
  recipes = await readRecipes();
});

afterEach(() => {
  dom?.window.close();
  dom = undefined;
});

/** The files of a recipe, by the name under which they are imported, and the modules of the SDK. */
function modulesOf(files: Readonly<Record<string, string | undefined>>): Plugin {
  const svelte = { generate: 'client', css: 'injected' } as const;
  return {
    name: 'recipe',
    setup(bundler) {
      bundler.onResolve({ filter: /^\.\// }, ({ path: file, importer }) =>
        files[file] !== undefined && !importer.includes('node_modules')
          ? { path: file, namespace: 'recipe' }
          : undefined,
      );
      bundler.onResolve({ filter: /^mission-control-realtime\// }, ({ path: name }) => {
        const entry = name.replace(/^[^/]*\//, '');
        const folder = entry === 'client' ? '' : `${entry}/`;
        return { path: path.join(project, 'sdk/client', `${folder}index.ts`) };
      });
      bundler.onLoad({ filter: /.*/, namespace: 'recipe' }, ({ path: file }) => {
        const code = files[file] ?? '';
        return {
          contents: file.endsWith('.svelte') ? compile(code, svelte).js.code : code,
          loader: 'jsx',
          resolveDir: project,
        };
      });
    },
  };
}

/**
 * Runs `main`, which imports the files of the recipe, and starts it with the `client` and the element `document.body`.
 * @param main defines `stop` and may call `say`
 */
async function run(
  main: string,
  files: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const contents = `
    import { createFakeMissionControl } from 'mission-control-realtime/testing';
    const client = createFakeMissionControl();
    const said = [];
    const say = (text) => said.push(text);
    ${main}
    Object.assign(window, { running: { client, said, stop } });`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: project, loader: 'jsx' },
    plugins: [modulesOf(files)],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    conditions: ['browser', 'production'],
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
  });
  dom = new JSDOM('<body></body>', {
    url: 'http://localhost/',
    runScripts: 'outside-only',
    pretendToBeVisual: true,
  });
  const { window } = dom;
  window.eval(outputFiles[0]?.text ?? '');
  const { running } = window as unknown as { running: Omit<Running, 'text'> };
  return { ...running, text: () => window.document.body.textContent };
}

const status = (agentId: string, value: AgentStatus['status'], timestamp: number) =>
  ({ type: 'agent:status', payload: { agentId, status: value, timestamp } }) as const;

it('shows one agent as it is, and asks for no other', async () => {
  const [page] = recipes.get('A page of one agent') ?? [];
  const { client, text } = await run(
    `import { createRoot } from 'react-dom/client';
     import { AgentPage } from './agent-page.jsx';
     const root = createRoot(document.body);
     root.render(<AgentPage client={client} agentId="a" />);
     const stop = () => root.unmount();`,
    { './agent-page.jsx': page },
  );
  await eventually(() => {
    expect(text()).toBe('Loading (connecting)');
  });
  client.connect();
  await eventually(() => {
    expect(text()).toBe('This agent has not reported.');
  });
  expect(client.subscriptions.at(-1)).toEqual(['a']);
  const activity = { agentId: 'a', sessionId: 's', lastMessage: 'Began', timestamp: 2 };
  client.emit([status('a', 'online', 1), { type: 'session:activity', payload: activity }]);
  await eventually(() => {
    expect(text()).toMatch(/^aonline since .*, last seen .*Began.* Began.* online$/);
  });
});

it('shows the timeline of a session page by page, and what is reported meanwhile', async () => {
  const [timeline] = recipes.get('The timeline of a session') ?? [];
  const { client, text } = await run(
    `import { createRoot } from 'react-dom/client';
     import { MissionControlProvider } from 'mission-control-realtime/react';
     import { Timeline } from './timeline.jsx';
     const root = createRoot(document.body);
     root.render(
       <MissionControlProvider client={client}>
         <Timeline agentId="a" sessionId="s" />
       </MissionControlProvider>,
     );
     const stop = () => root.unmount();`,
    { './timeline.jsx': timeline },
  );
  const say = (lastMessage: string, timestamp: number) => {
    const payload = { agentId: 'a', sessionId: 's', lastMessage, timestamp };
    client.emit({ type: 'session:activity', payload });
  };
  for (let at = 0; at < 60; at += 1) say(`<${at}>`, at);
  await eventually(() => {
    expect(text()).toBe('<59>Loading');
  });
  client.connect();
  await eventually(() => {
    expect(text()).toMatch(/^<59><58>.*<10>Older messages$/);
  });
  say('<60>', 60);
  dom?.window.document.querySelector('button')?.click();
  await eventually(() => {
    expect(text()).toMatch(/^<60><59><58>.*<1><0>$/);
  });
});

it('shows a toast for each agent that has just failed, and none for what a snapshot says', async () => {
  const [toast] = recipes.get('A toast when an agent fails') ?? [];
  const { client, said, stop } = await run(
    `import { onFailure } from './on-failure.js';
     const stop = onFailure(client, say);`,
    { './on-failure.js': toast },
  );
  client.connect();
  client.emit(status('restored', 'error', 1), { source: 'snapshot' });
  client.emit([status('a', 'online', 1), status('a', 'error', 2), status('b', 'error', 2)]);
  client.emit(status('a', 'error', 3));
  client.emit([status('a', 'online', 4), status('a', 'error', 5)]);
  expect(said).toEqual(['a', 'b', 'a']);
  stop();
  client.emit(status('c', 'error', 6));
  expect(said).toHaveLength(3);
});

it.each([
  [
    'Vue',
    ['./use-reader.js', './failed-agents.js'],
    `import { createApp } from 'vue';
     import { FailedAgents } from './failed-agents.js';
     const app = createApp(FailedAgents, { client });
     app.mount(document.body);
     const stop = () => app.unmount();`,
  ],
  [
    'Svelte',
    ['./from-reader.js', './FailedAgents.svelte'],
    `import { mount, unmount } from 'svelte';
     import FailedAgents from './FailedAgents.svelte';
     const app = mount(FailedAgents, { target: document.body, props: { client } });
     const stop = () => unmount(app);`,
  ],
])('shows the agents that have failed with %s', async (name, files, main) => {
  const [adapter, component] = recipes.get(name) ?? [];
  const lines = adapter?.split('\n').filter((line) => line !== '') ?? [];
  expect(lines.length).toBeLessThanOrEqual(10);
  const { client, text, stop } = await run(
    main,
    Object.fromEntries([
      [files[0], adapter],
      [files[1], component],
    ]) as Record<string, string>,
  );
  client.connect();
  client.emit([status('a', 'error', 1), status('b', 'online', 1), status('c', 'error', 1)]);
  await eventually(() => {
    expect(text()).toBe('ac');
  });
  client.emit(status('a', 'online', 2));
  await eventually(() => {
    expect(text()).toBe('c');
  });
  stop();
  client.emit(status('b', 'error', 3));
  expect(text()).toBe('');
});
