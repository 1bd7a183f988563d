// The rules for imports between the folders of the project, which `npm run check:imports` enforces.

/** Files of the project. */
const ours = '^(infra|lambdas|sdk|dashboard|local|bench|cost|verify|docs|test)/';

/**
 * A rule: files below `from` may import, of the files of the project, only each other and those that match `allowed`.
 * @param from a regular expression, as is each element of `allowed`
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '^test/' },
  to: { path: ours, pathNot: [from, ...allowed] },
});

/** The entries of the functions. */
const entries = '^lambdas/[^/]+/index\\.ts$';
/** Folders of lambdas/ with shared code. Each other folder is a function. */
const sharedFolders = '(?:core|adapters|wiring|contract|handshake)/';
const functionFolders = `^lambdas/(?!${sharedFolders})([^/]+)/`;
const protocol = '^sdk/protocol/';
const handshake = '^lambdas/handshake/';

/**
 * The folders of lambdas/core, the lowest layer first: name, folders of core that it may import, and why. Each may also import
 * the files directly in lambdas/core.
 */
const coreFolders = [
  ['auth', [], 'Authentication is independent of connections.'],
  ['connections', ['auth'], 'Connections are the basis of posts, fan-outs and requests.'],
  ['posting', ['connections'], 'Posting is independent of fan-outs and requests.'],
  ['timeline', ['connections'], 'Timelines are independent of registers and fan-outs.'],
  [
    'fan-out',
    ['connections', 'posting'],
    'A fan-out is independent of coalescing and broadcasting.',
  ],
  [
    'coalescing',
    ['connections', 'posting', 'fan-out'],
    'Coalescing builds on fan-outs, and is independent of broadcasting.',
  ],
  [
    'broadcasting',
    ['connections', 'posting', 'fan-out', 'coalescing', 'timeline'],
    'Events, heartbeats and retry jobs are sent by flushes and fan-outs.',
  ],
  [
    'silence',
    ['fan-out', 'coalescing', 'broadcasting'],
    'Heartbeats only call it. What it reports is sent like the events of backends.',
  ],
  [
    'requests',
    ['auth', 'connections', 'posting', 'broadcasting', 'timeline'],
    'Requests of clients are independent of fan-outs and of coalescing.',
  ],
  [
    'reporting',
    ['connections', 'broadcasting'],
    'Events that are reported over HTTPS are checked as those on the event bus are.',
  ],
].map(([folder, allowed, comment]) =>
  only(
    `core-${folder}`,
    `^lambdas/core/${folder}/`,
    [protocol, '^lambdas/core/[^/]+\\.ts$', ...allowed.map((name) => `^lambdas/core/${name}/`)],
    comment,
  ),
);

/**
 * The folders of local/, the lowest layer first: name, paths that it may import, and why. Paths are relative to local/, or to the
 * project if they begin with `^`.
 */
const localFolders = [
  ['support', [], 'Any folder of local/ may use it.'],
  ['issuer', [], 'It only signs tokens, and is independent of the service.'],
  ['template', [protocol], 'It only interprets a template. Other folders run the resources.'],
  [
    'lambda',
    ['support', 'template/pseudo-parameters'],
    'It runs functions, and is independent of the services that invoke them.',
  ],
  [
    'gateway',
    ['support', 'lambda/invocation', '^dashboard/bundle\\.ts$'],
    'It serves APIs by their definitions, and invokes functions. It does not read the template itself.',
  ],
  [
    'aws/endpoint',
    ['support', 'template/'],
    'It is shared by all services, and independent of each.',
  ],
  [
    'aws/dynamodb',
    ['support', 'template/', 'aws/endpoint/'],
    'Services are independent of each other.',
  ],
  [
    'aws/sqs',
    ['support', 'template/', 'lambda/invocation', 'aws/endpoint/'],
    'Services are independent of each other.',
  ],
  ['aws/scheduler', ['support'], 'Its targets are parameters.'],
  [
    'aws/events',
    ['support', 'template/', 'lambda/invocation', 'aws/endpoint/', 'aws/sqs/'],
    'Services are independent of each other, except that failed events go to an SQS queue.',
  ],
  [
    'aws/connections',
    ['template/', 'aws/endpoint/', 'gateway/definition'],
    'It serves the connections of the gateway.',
  ],
  ['monitoring', ['support', 'template/', 'aws/'], 'It reads the metrics of the services.'],
  [
    'deploy',
    ['support', 'template/', 'lambda/', 'aws/', 'gateway/definition', 'monitoring/', '^infra/'],
    'It creates the resources of the template, which the folders above run.',
  ],
  [
    'commands',
    [
      'support',
      'issuer/',
      'aws/endpoint/client-configuration',
      'deploy/synthesize',
      'index',
      '^sdk/',
    ],
    'Commands start the local stack, or send requests to one that runs.',
  ],
].map(([folder, allowed, comment]) =>
  only(
    `local-${folder.replace('/', '-')}`,
    `^local/${folder}/`,
    allowed.map((path) => (path.startsWith('^') ? path : `^local/${path}`)),
    comment,
  ),
);

const state = '^sdk/client/state/';

/** The folders of the client and of the dashboard's page: name of the rule, folder, files that it may import, and why. */
const browserFolders = [
  [
    'client-state',
    state,
    [protocol, '^sdk/client/dependencies\\.ts$'],
    'The state is independent of the connection.',
  ],
  [
    'client-connection',
    '^sdk/client/connection/',
    [protocol, '^sdk/client/(dependencies|state/registers)\\.ts$'],
    'The connection passes on messages, and is independent of the listeners.',
  ],
  [
    'client-store',
    '^sdk/client/store/',
    [
      protocol,
      '^sdk/client/(dependencies|mission-control|connection/(connection|history))\\.ts$',
      state,
    ],
    'The store listens to the client as any application does.',
  ],
  [
    'client-react',
    '^sdk/client/react/',
    [
      '^sdk/client/index\\.ts$',
      '^sdk/client/store/(agents|reader)\\.ts$',
      '^sdk/client/connection/subscription\\.ts$',
      '^sdk/client/connection/link/token\\.ts$',
    ],
    'The React hooks use the public interface of the client, how its store begins, its check of patterns, and the user of a token.',
  ],
  [
    'client-testing',
    '^sdk/client/testing/',
    [
      protocol,
      '^sdk/client/(dependencies|mission-control)\\.ts$',
      '^sdk/client/state/',
      '^sdk/client/connection/(connection|history|subscription)\\.ts$',
    ],
    'The fake client has the registers, listeners and iterations of the client, and no connection.',
  ],
  [
    'page-model',
    '^dashboard/page/model/',
    ['^sdk/client/index\\.ts$'],
    'The model does not render.',
  ],
  [
    'page-auth',
    '^dashboard/page/auth/',
    ['^dashboard/page/model/configuration\\.ts$'],
    'Sources of tokens are independent of the components.',
  ],
  [
    'page-components',
    '^dashboard/page/components/',
    ['^sdk/client/(react/)?index\\.ts$', '^dashboard/page/(model|auth)/'],
    'Components render the model.',
  ],
].map(([name, from, allowed, comment]) => only(name, from, allowed, comment));

const client = '^sdk/client/(react/)?index\\.ts$';
const model = '^dashboard/page/model/';

/** The folders of the dashboard's model and components, the lowest layer first: folder, files that it may import, and why. */
const pageFolders = [
  [
    'model/text',
    [],
    'How counts, times and text of others are written is independent of the rest.',
  ],
  ['model/agents', [client, `${model}text/`], 'The list and the page of an agent.'],
  [
    'model/events',
    [client, `${model}(agents|text)/`],
    'The feed has the filter of the list; the activity counts the same events.',
  ],
  ['model/connection', [client, `${model}text/`], 'What is said of the connection.'],
  [
    'model/attention',
    [client, `${model}(connection|text)/`],
    'What reaches users who do not look at the page.',
  ],
  ['components/parts', [model], 'Any folder of components may use them.'],
  ...['agents', 'events', 'connection', 'attention'].map((folder) => [
    `components/${folder}`,
    [
      client,
      model,
      '^dashboard/page/components/parts/',
      ...(folder === 'connection' ? ['^dashboard/page/auth/'] : []),
    ],
    'Folders of components are independent of each other. app.tsx composes them.',
  ]),
].map(([folder, allowed, comment]) =>
  only(`page-${folder.replace('/', '-')}`, `^dashboard/page/${folder}/`, allowed, comment),
);

module.exports = {
  forbidden: [
    only('protocol', '^sdk/protocol/', [], 'Client and server share the protocol.'),
    only('publisher', '^sdk/publisher/', [protocol], 'The publisher is installed in backends.'),
    only('client', '^sdk/client/', [protocol], 'The client runs in browsers.'),
    only(
      'command',
      '^sdk/command/',
      [protocol, '^sdk/client/index\\.ts$'],
      'The program of the package uses the client as any application does.',
    ),
    only('core', '^lambdas/core/', [protocol], 'Core uses neither AWS nor environment variables.'),
    {
      name: 'core-files',
      comment:
        'The folders of core share the files directly in core, so these must not import the folders.',
      severity: 'error',
      from: { path: '^lambdas/core/[^/]+\\.ts$' },
      to: { path: '^lambdas/core/[^/]+/' },
    },
    ...coreFolders,
    only(
      'contract',
      '^lambdas/contract/',
      [protocol],
      'infra and lambdas share the contract. It uses the parser of the protocol.',
    ),
    only(
      'adapters',
      '^lambdas/adapters/',
      ['^lambdas/core/', '^lambdas/contract/', protocol, '^sdk/publisher/'],
      'Adapters implement the ports of core. The event bus is one with the publisher.',
    ),
    only(
      'handshake',
      handshake,
      ['^lambdas/core/auth/', protocol],
      'It reads the events of API Gateway for several handlers.',
    ),
    only(
      'wiring',
      '^lambdas/wiring/',
      [
        ...['^lambdas/core/', '^lambdas/adapters/', '^lambdas/contract/', protocol],
        '^sdk/publisher/event-bridge/',
      ],
      'Wiring connects core with its adapters. The AWS SDK puts events on the bus as it does for the publisher.',
    ),
    {
      name: 'handlers',
      comment:
        'A handler translates between the AWS event and core. Only index.ts connects it with adapters.',
      severity: 'error',
      from: { path: `${functionFolders}(?!index\\.ts$)` },
      to: { path: ours, pathNot: ['^lambdas/core/', handshake, protocol, functionFolders] },
    },
    {
      name: 'functions',
      comment:
        'Functions are deployed separately. Shared code belongs in core, adapters, wiring or handshake.',
      severity: 'error',
      from: { path: functionFolders },
      to: { path: functionFolders, pathNot: '^lambdas/$1/' },
    },
    {
      name: 'entries',
      comment:
        'The entry of a function reads its environment variables and creates its clients when it is loaded.',
      severity: 'error',
      from: {},
      to: { path: entries },
    },
    only(
      'infra',
      '^infra/',
      ['^lambdas/contract/', '^sdk/protocol/(parse|limits)\\.ts$', '^sdk/packaging/'],
      'infra refers to the code of functions by path. It shares the contract, and the parser and the limits of the protocol.',
    ),
    ...browserFolders,
    ...pageFolders,
    only(
      'dashboard',
      '^dashboard/',
      ['^sdk/client/', '^sdk/packaging/'],
      'The dashboard is an example for users of the client, so it uses nothing else of the service.',
    ),
    only(
      'local',
      '^local/',
      ['^infra/', '^sdk/', '^dashboard/bundle\\.ts$'],
      'The local stack runs the template with the bundled functions, and serves the built dashboard.',
    ),
    ...localFolders,
    {
      name: 'page',
      comment: 'The page runs in browsers, and its build in Node.js.',
      severity: 'error',
      from: { path: '^dashboard/page/' },
      to: { path: '^dashboard/(?!page/)' },
    },
    only(
      'cost',
      '^cost/',
      [
        '^lambdas/core/',
        '^lambdas/contract/',
        '^infra/config/deployment-settings\\.ts$',
        '^sdk/command/',
      ],
      'The cost model simulates with the code of core, and the defaults of the settings.',
    ),
    only(
      'verify',
      '^verify/',
      [
        protocol,
        '^sdk/(command|publisher)/',
        '^infra/config/names\\.ts$',
        '^local/(aws/endpoint/client-configuration|commands/(event-bus|stop-signal)|support/percentile)\\.ts$',
      ],
      'It goes through a service from outside. Handshakes and refusals are those of third-party clients, without sdk/client.',
    ),
    only(
      'docs',
      '^docs/(?!screenshots/)',
      [protocol, '^infra/config/', '^lambdas/contract/', '^cost/', '^sdk/command/'],
      'Documents are generated from the protocol, the settings and the cost model.',
    ),
    only(
      'docs-screenshots',
      '^docs/screenshots/',
      ['^local/index\\.ts$', protocol, '^sdk/command/'],
      'Screenshots are taken of the local stack, from outside.',
    ),
    {
      name: 'no-imports-of-tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-imports-of-bench',
      severity: 'error',
      from: { pathNot: '^(bench|test)/' },
      to: { path: '^bench/' },
    },
    {
      name: 'no-imports-of-verify',
      severity: 'error',
      from: { pathNot: '^(verify|test)/' },
      to: { path: '^verify/' },
    },
    {
      name: 'no-imports-of-docs',
      severity: 'error',
      from: { pathNot: '^(cost|docs|test)/' },
      to: { path: '^(cost|docs)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-folder-cycles',
      comment:
        'dependency-cruiser counts the imports of all files below a folder as imports of the folder, but an imported ' +
        'file only for its innermost folder. So it reports neither cycles between a folder and its subfolders, nor ' +
        'cycles that are closed in a subfolder. The rules for single folders prevent the latter.',
      severity: 'error',
      scope: 'folder',
      from: { pathNot: '^test/' },
      to: { circular: true },
    },
    {
      name: 'no-aws-packages-in-core',
      severity: 'error',
      from: { path: '^(lambdas/core|sdk/protocol)/' },
      to: { path: 'node_modules/(@aws|aws-)', pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'] },
  },
};
