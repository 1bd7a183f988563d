// Who may import whom: the layout of the project, held by `npm run check` and by a unit test.
// A folder's rule is a list of what it may import of ours; everything else of ours is forbidden to it.
const ours = '^(infra|lambdas|sdk|dashboard|local|bench|cost|docs|test)/';

const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '^test/' },
  to: { path: ours, pathNot: [from, ...allowed] },
});

const entries = '^lambdas/[^/]+/index\\.ts$';
/** Folders of lambdas/ that are rooms; each other one is a function. */
const rooms = '(?:core|adapters|wiring|contract|handshake)/';
const functionFolders = `^lambdas/(?!${rooms})([^/]+)/`;
const protocol = '^sdk/protocol/';
const handshake = '^lambdas/handshake/';

/** The rooms of core, the lowest first, with what each may import besides itself and the files beside the rooms. */
const coreRooms = [
  ['auth', [], 'Who somebody is.'],
  ['connections', ['auth'], 'Which connections there are.'],
  ['posting', ['connections'], 'Posts to connections, at the pace that API Gateway allows.'],
  ['fan-out', ['connections', 'posting'], 'The same messages to all of them.'],
  ['coalescing', ['connections', 'posting', 'fan-out'], 'One fan-out for many events.'],
  [
    'broadcasting',
    ['connections', 'posting', 'fan-out', 'coalescing'],
    'Events and heartbeats, and what the retry queue has.',
  ],
  ['requests', ['auth', 'connections', 'posting', 'broadcasting'], 'What clients ask for.'],
].map(([room, allowed, comment]) =>
  only(
    `core-${room}`,
    `^lambdas/core/${room}/`,
    [protocol, '^lambdas/core/[^/]+\\.ts$', ...allowed.map((name) => `^lambdas/core/${name}/`)],
    comment,
  ),
);

/** The rooms of local/, the lowest first, with what each may import besides itself. */
const localRooms = [
  ['support', [], 'Time, log lines, clean-up: what every room may need.'],
  ['issuer', [], 'It signs tokens, and does not know who reads them.'],
  ['template', [protocol], 'It reads a template, and runs nothing.'],
  ['lambda', ['support', 'template/pseudo-parameters'], 'It runs functions, whoever calls them.'],
  [
    'gateway',
    ['support', 'lambda/invocation', '^dashboard/bundle\\.ts$'],
    'It serves the definitions that it is given, and calls functions.',
  ],
  ['aws/endpoint', ['support', 'template/'], 'It serves any service, and knows none.'],
  ['aws/dynamodb', ['support', 'template/', 'aws/endpoint/'], 'A service.'],
  ['aws/sqs', ['support', 'template/', 'lambda/invocation', 'aws/endpoint/'], 'A service.'],
  ['aws/scheduler', ['support'], 'It calls what it is given, at its times.'],
  [
    'aws/events',
    ['support', 'template/', 'lambda/invocation', 'aws/endpoint/', 'aws/sqs/'],
    'A service; what a target does not take goes to its dead-letter queue.',
  ],
  [
    'aws/connections',
    ['template/', 'aws/endpoint/', 'gateway/definition'],
    'A service, on the connections of the gateway.',
  ],
  ['monitoring', ['support', 'template/', 'aws/'], 'It measures what the services say.'],
  [
    'deploy',
    ['support', 'template/', 'lambda/', 'aws/', 'gateway/definition', 'monitoring/', '^infra/'],
    'It makes of a template what the rooms below run.',
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
    'They start the stack, or talk to one that runs.',
  ],
].map(([room, allowed, comment]) =>
  only(
    `local-${room.replace('/', '-')}`,
    `^local/${room}/`,
    allowed.map((path) => (path.startsWith('^') ? path : `^local/${path}`)),
    comment,
  ),
);

/** The rooms of the client and of the dashboard's page: what each may import besides itself. */
const browserRooms = [
  [
    'client-state',
    '^sdk/client/state/',
    [protocol, '^sdk/client/dependencies\\.ts$'],
    'What is known, and who hears of it: it has no connection.',
  ],
  [
    'client-connection',
    '^sdk/client/connection/',
    [protocol, '^sdk/client/(dependencies|state/registers)\\.ts$'],
    'It hands on what it reads, and knows nobody who listens.',
  ],
  [
    'client-react',
    '^sdk/client/react/',
    ['^sdk/client/(index|dependencies)\\.ts$', '^sdk/protocol/event-message\\.ts$'],
    'It uses the client as anybody could, and knows the event types.',
  ],
  ['page-model', '^dashboard/page/model/', ['^sdk/client/index\\.ts$'], 'It renders nothing.'],
  [
    'page-auth',
    '^dashboard/page/auth/',
    ['^dashboard/page/model/configuration\\.ts$'],
    'Where tokens are from; who shows that is another matter.',
  ],
  [
    'page-components',
    '^dashboard/page/components/',
    ['^sdk/client/index\\.ts$', '^dashboard/page/(model|auth)/'],
    'They show what the model says.',
  ],
].map(([name, from, allowed, comment]) => only(name, from, allowed, comment));

module.exports = {
  forbidden: [
    only('protocol-stands-alone', '^sdk/protocol/', [], 'The protocol is shared by both ends.'),
    only('publisher-knows-the-protocol', '^sdk/publisher/', [protocol], 'It ships to backends.'),
    only('client-knows-the-protocol', '^sdk/client/', [protocol], 'It ships to browsers.'),
    only(
      'core-is-pure',
      '^lambdas/core/',
      [protocol],
      'The rules know neither AWS nor environment.',
    ),
    {
      name: 'core-has-a-ground-floor',
      comment: 'What stands beside the rooms is for all of them, and knows none.',
      severity: 'error',
      from: { path: '^lambdas/core/[^/]+\\.ts$' },
      to: { path: '^lambdas/core/[^/]+/' },
    },
    ...coreRooms,
    only(
      'contract-knows-the-protocol',
      '^lambdas/contract/',
      [protocol],
      'infra and lambdas share it; it parses as the protocol does.',
    ),
    only(
      'adapters-answer-ports',
      '^lambdas/adapters/',
      ['^lambdas/core/', '^lambdas/contract/', protocol],
      'Adapters answer the ports of core.',
    ),
    only(
      'handshake-is-the-shape-of-events',
      handshake,
      ['^lambdas/core/auth/', protocol],
      'What handlers share about the events of API Gateway.',
    ),
    only(
      'wiring-knows-both-sides',
      '^lambdas/wiring/',
      ['^lambdas/core/', '^lambdas/adapters/', '^lambdas/contract/', protocol],
      'It gives core the adapters.',
    ),
    {
      name: 'handlers-see-rules-only',
      comment: 'A handler translates event to core and back; only index.ts wires adapters to it.',
      severity: 'error',
      from: { path: `${functionFolders}(?!index\\.ts$)` },
      to: { path: ours, pathNot: ['^lambdas/core/', handshake, protocol, functionFolders] },
    },
    {
      name: 'no-function-imports-another',
      severity: 'error',
      from: { path: functionFolders },
      to: { path: functionFolders, pathNot: '^lambdas/$1/' },
    },
    { name: 'nobody-imports-an-index', severity: 'error', from: {}, to: { path: entries } },
    only(
      'infra-knows-names-only',
      '^infra/',
      ['^lambdas/contract/', '^sdk/protocol/parse\\.ts$', '^sdk/packaging/'],
      'Code goes in by path; settings are parsed as the protocol is.',
    ),
    ...browserRooms,
    only(
      'dashboard-uses-the-client',
      '^dashboard/',
      ['^sdk/client/', '^sdk/packaging/'],
      'It is an example of what others can build.',
    ),
    only(
      'local-runs-bundles',
      '^local/',
      ['^infra/', '^sdk/', '^dashboard/bundle\\.ts$'],
      'It runs what the template says, and serves what was built.',
    ),
    ...localRooms,
    {
      name: 'page-runs-in-browsers',
      comment: 'What makes the page is no part of it.',
      severity: 'error',
      from: { path: '^dashboard/page/' },
      to: { path: '^dashboard/(?!page/)' },
    },
    only(
      'cost-knows-the-rules',
      '^cost/',
      [
        '^lambdas/core/',
        '^lambdas/contract/',
        '^infra/config/deployment-settings\\.ts$',
        '^local/commands/',
      ],
      'The model runs the fan-out and the pace that Lambda runs, with the defaults of the settings.',
    ),
    only(
      'documents-are-made-of-the-protocol',
      '^docs/',
      [protocol, '^infra/config/', '^lambdas/contract/', '^cost/', '^local/commands/'],
      'What they say is what the code says.',
    ),
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'nothing-imports-measurements',
      severity: 'error',
      from: { pathNot: '^(bench|test)/' },
      to: { path: '^bench/' },
    },
    {
      name: 'nothing-imports-documents',
      severity: 'error',
      from: { pathNot: '^(cost|docs|test)/' },
      to: { path: '^(cost|docs)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-folder-cycles',
      comment:
        'A folder imports with all that is in it, folders within it too, but is imported by the name of the ' +
        'innermost folder alone. So what a folder and one within it import of each other is no cycle; nor is one ' +
        'seen that closes in a folder within: the rules of the rooms forbid it.',
      severity: 'error',
      scope: 'folder',
      from: { pathNot: '^test/' },
      to: { circular: true },
    },
    {
      name: 'core-has-no-packages-of-aws',
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
