// The settings of a deployment: defaults, valid values, and one list of all faults.
import fc from 'fast-check';
import { parseConfiguration } from '#infra/config/configuration';
import { defaultOf, deploymentSettingNames } from '#infra/config/deployment-settings';
import { resourceName, stackName } from '#infra/config/names';

const oidc = { issuer: 'https://issuer.example.com', audience: 'mission-control' };

/** The faults of a context. */
const faultsOf = (context: Record<string, unknown>) => {
  const parsed = parseConfiguration(context);
  return parsed.ok ? [] : parsed.faults;
};
const pathsOf = (context: Record<string, unknown>) => faultsOf(context).map(({ path }) => path);

it('requires only issuer and audience', () => {
  expect(parseConfiguration(oidc)).toEqual({
    ok: true,
    value: {
      stage: 'live',
      identityProvider: { kind: 'oidc', ...oidc },
      useMockData: false,
      heartbeat: 'always',
      heartbeatSeconds: 30,
      maxConnectionsPerUser: 20,
      coalesceMilliseconds: 500,
      largeFanOutConnections: 10_000,
      maxPostsPerSecond: 8_000,
      handshakesPerMinute: 30,
      handshakeBurst: 20,
      handshakesPerSecond: 400,
      messagesPerMinute: 60,
      messageBurst: 20,
      floodFactor: 5,
      syncsPerMinute: 6,
      agentDays: 7,
      sessionHours: 24,
      timelineHours: 24,
      timelineEvents: 200,
      snapshotAgents: 5_000,
      snapshotSessions: 5_000,
      eventSource: 'mission-control',
      operatorSource: 'mission-control.operator',
      reporterArns: [],
      operatorArns: [],
      dataRemoval: 'retain',
      logRetentionDays: 30,
      allowedOrigins: [],
      runbookUrl: 'docs/runbook.md',
      tags: {},
      memoryMegabytes: {},
      provisionedConcurrency: {},
    },
  });
});

it('accepts every setting as text, because -c passes text only', () => {
  const jwksUri = 'https://issuer.example.com/keys';
  const given = {
    ...oidc,
    jwksUri,
    stage: 'test',
    gatewayUrl: 'http://gateway.internal:8888',
    useMockData: 'true',
    heartbeat: 'when-idle',
    heartbeatSeconds: '120',
    maxConnectionsPerUser: '5',
    eventSource: 'agents',
    sources: '{"team-a": "team-a/*", "team-b": ["team-b/*", "shared", "team-b/*"]}',
    coalesceMilliseconds: '0',
    largeFanOutConnections: '100',
    maxPostsPerSecond: '500',
    handshakesPerMinute: '31',
    handshakeBurst: '11',
    handshakesPerSecond: '401',
    messagesPerMinute: '61',
    messageBurst: '21',
    floodFactor: '6',
    syncsPerMinute: '7',
    agentDays: '8',
    sessionHours: '25',
    timelineHours: '0',
    timelineEvents: '10000',
    snapshotAgents: '5001',
    snapshotSessions: '5002',
    operatorSource: 'operators',
    reporterArns:
      'arn:aws:iam::123456789012:role/a,b, arn:aws-cn:iam::123456789012:role/aws-reserved/sso/*',
    operatorArns: 'arn:aws:iam::123456789012:user/alice@example.com',
    dataRemoval: 'destroy',
    logRetentionDays: '7',
    allowedOrigins: 'https://app.example.com, http://localhost:5173',
    runbookUrl: 'https://wiki.example.com/runbook',
    alarmEmail: 'on-call@example.com',
    maxTokenHours: '12',
    scopeClaim: 'cognito:groups',
    scopePattern: '{value}/*',
    reportScope: 'mission-control/report',
    reportAudience: 'machines, other',
    tags: 'team=platform, cost-center=a=b',
    memoryMegabytes: 'broadcast=3008, disconnect-user=128',
    provisionedConcurrency: 'authorizer=2,connect=1',
  };
  expect(parseConfiguration(given)).toEqual({
    ok: true,
    value: {
      stage: 'test',
      identityProvider: { kind: 'oidc', ...oidc, jwksUri },
      gatewayUrl: 'http://gateway.internal:8888',
      useMockData: true,
      heartbeat: 'when-idle',
      heartbeatSeconds: 120,
      maxConnectionsPerUser: 5,
      coalesceMilliseconds: 0,
      largeFanOutConnections: 100,
      maxPostsPerSecond: 500,
      handshakesPerMinute: 31,
      handshakeBurst: 11,
      handshakesPerSecond: 401,
      messagesPerMinute: 61,
      messageBurst: 21,
      floodFactor: 6,
      syncsPerMinute: 7,
      agentDays: 8,
      sessionHours: 25,
      timelineHours: 0,
      timelineEvents: 10_000,
      snapshotAgents: 5_001,
      snapshotSessions: 5_002,
      eventSource: 'agents',
      sources: { 'team-a': ['team-a/*'], 'team-b': ['shared', 'team-b/*'] },
      operatorSource: 'operators',
      reporterArns: [
        'arn:aws:iam::123456789012:role/a,b',
        'arn:aws-cn:iam::123456789012:role/aws-reserved/sso/*',
      ],
      operatorArns: ['arn:aws:iam::123456789012:user/alice@example.com'],
      dataRemoval: 'destroy',
      logRetentionDays: 7,
      allowedOrigins: ['https://app.example.com', 'http://localhost:5173'],
      runbookUrl: 'https://wiki.example.com/runbook',
      alarmEmail: 'on-call@example.com',
      maxTokenHours: 12,
      scopeClaim: 'cognito:groups',
      scopePattern: '{value}/*',
      reportScope: 'mission-control/report',
      reportAudience: ['machines', 'other'],
      tags: { team: 'platform', 'cost-center': 'a=b' },
      memoryMegabytes: { broadcast: 3_008, 'disconnect-user': 128 },
      provisionedConcurrency: { authorizer: 2, connect: 1 },
    },
  });
});

it.each([
  'backend',
  '*',
  'arn:aws:iam::123456789012:root',
  'arn:aws:iam::*:role/backend',
  'arn:aws:sts::123456789012:assumed-role/backend/session',
  'arn:aws:iam::123456789012:role/backend,arn:aws:lambda:us-east-1:123456789012:function:f',
])('refuses %s as a list of principals', (reporterArns) => {
  const problem =
    'must be the ARNs of IAM roles and users such as arn:aws:iam::123456789012:role/backend; * and ? in the name stand for any text';
  expect(faultsOf({ ...oidc, reporterArns })).toEqual([{ path: 'reporterArns', problem }]);
});

it('refuses more principals than fit into the policy of an event bus', () => {
  const operatorArns = Array.from({ length: 21 }, (_, n) => `arn:aws:iam::123456789012:role/${n}`);
  expect(faultsOf({ ...oidc, operatorArns })).toEqual([
    { path: 'operatorArns', problem: expect.stringContaining('at most 20') as string },
  ]);
});

it('accepts a Cognito user pool instead of issuer and audience', () => {
  const pool = { userPoolId: 'eu-central-1_AbCdEf123', userPoolClientId: '7example' };
  expect(parseConfiguration(pool)).toMatchObject({
    ok: true,
    value: { identityProvider: { kind: 'cognito', ...pool } },
  });
});

it('refuses the same source for operators and for events', () => {
  expect(faultsOf({ ...oidc, eventSource: 'x', operatorSource: 'x' })).toEqual([
    { path: 'operatorSource', problem: 'must be another source than eventSource' },
  ]);
  const source = 'mission-control.operator';
  expect(faultsOf({ ...oidc, eventSource: source })).toEqual([
    { path: 'eventSource', problem: `must not name ${source}, which is the operatorSource` },
  ]);
});

describe('reportScope and reportAudience', () => {
  const reportScope = 'mission-control/report';

  it.each(['', undefined])('are not set if they are %j', (value) => {
    const parsed = parseConfiguration({ ...oidc, reportScope: value, reportAudience: value });
    expect(parsed.ok && parsed.value).not.toHaveProperty('reportScope');
    expect(parsed.ok && parsed.value).not.toHaveProperty('reportAudience');
  });

  it.each(['a b', 'ä', 'a"b', 'a\\b', 'x'.repeat(65)])('refuse the scope %j', (value) => {
    expect(faultsOf({ ...oidc, reportScope: value })).toEqual([
      {
        path: 'reportScope',
        problem: 'must be 1 to 64 printable ASCII characters without spaces',
      },
    ]);
  });

  it('refuse audiences without a scope, because there would be no route', () => {
    expect(faultsOf({ ...oidc, reportAudience: 'machines' })).toEqual([
      {
        path: 'reportAudience',
        problem: 'needs reportScope, too: without it, there is no POST /events',
      },
    ]);
  });

  it.each([
    ['one text', 'machines', ['machines']],
    ['a text with commas', 'https://a.example, b,b', ['https://a.example', 'b']],
    ['a list', ['a', 'b'], ['a', 'b']],
    ['the JSON text that the function has', '["a","b"]', ['a', 'b']],
    ['a number, as the id of a client can be', '123', ['123']],
  ])('accept %s as audiences', (_what, reportAudience, expected) => {
    const parsed = parseConfiguration({ ...oidc, reportScope, reportAudience });
    expect(parsed.ok && parsed.value.reportAudience).toEqual(expected);
  });

  it.each([[','], [[]], [[1]], [{}], ['[1]'], [Array.from({ length: 21 }, (_, n) => String(n))]])(
    'refuse %j as audiences',
    (reportAudience) => {
      expect(faultsOf({ ...oidc, reportScope, reportAudience })).toEqual([
        {
          path: 'reportAudience',
          problem:
            'must be the audiences of tokens that may report events, separated by commas or in a list of at most 20',
        },
      ]);
    },
  );
});

describe('sources', () => {
  const problemsOf = (sources: unknown) =>
    faultsOf({ ...oidc, sources }).map(({ path, problem }) => `${path} ${problem}`);
  const parsedOf = (sources: unknown) => {
    const parsed = parseConfiguration({ ...oidc, sources });
    return parsed.ok ? parsed.value.sources : parsed.faults;
  };

  it('are the same as an object and as JSON text', () => {
    const given = { 'team-a': ['team-a/*', 'team-a/b'], 'mission-control': '50\\*' };
    const expected = { 'team-a': ['team-a/*'], 'mission-control': ['50\\*'] };
    expect(parsedOf(given)).toEqual(expected);
    expect(parsedOf(JSON.stringify(given))).toEqual(expected);
    expect(parsedOf('{}')).toEqual({});
  });

  it('may have the names of properties of every object', () => {
    const names = ['__proto__', 'constructor', 'toString', 'prototype'];
    const text = `{${names.map((name) => `"${name}": "${name}/*"`).join()}}`;
    const value = parsedOf(text) as object;
    expect(Object.entries(value)).toEqual(names.map((name) => [name, [`${name}/*`]]));
    // The environment of the function has this text.
    expect(parsedOf(JSON.stringify(value))).toEqual(value);
  });

  it.each([
    ['{"team-a": '],
    ['team-a=team-a/*'],
    ['null'],
    ['[]'],
    [[['team-a', 'team-a/*']]],
    [7],
  ])('refuses %j, which is not an object', (sources) => {
    expect(problemsOf(sources)).toEqual([
      'sources must be patterns of agents by source, such as {"team-a": "team-a/*", "team-b": ["team-b/*", "shared"]}',
    ]);
  });

  it.each([
    ['aws.team', 'must not begin with aws., which AWS reserves'],
    ['', 'must be an EventBridge source'],
    ['a'.repeat(257), 'must be at most 256 characters'],
    [' team-a', 'must not begin or end with a space'],
    ['team\n-a', 'must have no control characters'],
    ['team\ud800', 'must have no control characters'],
  ])('refuses the source %j', (name, problem) => {
    expect(problemsOf({ [name]: '*', 'team-b': '*' })).toEqual([
      `sources must have sources as keys: ${JSON.stringify(name)} ${problem}`,
    ]);
  });

  it.each([
    ...['team-*-a', '', '**', 'a\\b', 'a\ud800', 'a\n*', 7, null, {}, true, []],
    ...[['a', 'b*c'], ['a', 1], [['a']], 'a'.repeat(129)],
  ])('refuse %j as patterns', (bound) => {
    expect(problemsOf({ 'team-a': bound, 'team-b': '*' })).toEqual([
      'sources must bind "team-a" to a pattern or a list of patterns: each an agent id, or a prefix that ends in *',
    ]);
  });

  it('list the problems of all sources', () => {
    expect(problemsOf({ 'aws.a': '*', 'team-a': 'a*a', 'team-b': [] })).toHaveLength(3);
  });

  it('are at most as long as the environment of a function and the pattern of a rule allow', () => {
    const patterns = Array.from({ length: 13 }, (_, n) => `${n + 10}`.padEnd(128, 'x'));
    const ofBytes = (bytes: number) => {
      const empty = JSON.stringify({ é: [...patterns, ''] });
      return { é: [...patterns, 'z'.repeat(bytes - Buffer.byteLength(empty))] };
    };
    expect(parsedOf(ofBytes(1_750))).toEqual(ofBytes(1_750));
    expect(problemsOf(ofBytes(1_751))).toEqual(['sources must be at most 1750 bytes as JSON text']);
  });

  it('may contain eventSource, but not operatorSource', () => {
    expect(problemsOf({ 'mission-control': 'a/*' })).toEqual([]);
    const operators = { operatorSource: ' team-b ', sources: '{"team-a": "*", "team-b": "*"}' };
    expect(faultsOf({ ...oidc, ...operators })).toEqual([
      { path: 'operatorSource', problem: 'must be another source than those of sources' },
    ]);
    expect(problemsOf({ 'mission-control.operator': '*' })).toEqual([
      'sources must not name mission-control.operator, which is the operatorSource',
    ]);
    const constructed = { operatorSource: 'constructor', sources: {} };
    expect(faultsOf({ ...oidc, ...constructed })).toEqual([]);
  });
});

it('refuses a handshakeBurst below maxConnectionsPerUser', () => {
  expect(faultsOf({ ...oidc, handshakeBurst: 19 })).toEqual([
    {
      path: 'handshakeBurst',
      problem:
        'must be at least maxConnectionsPerUser, which is 20: all of them come back at once, e.g. after a restart of the browser',
    },
  ]);
  // The fault is that of the setting that is set, not of the other one with its default.
  expect(faultsOf({ ...oidc, maxConnectionsPerUser: '21' })).toEqual([
    {
      path: 'maxConnectionsPerUser',
      problem:
        'must be at most handshakeBurst, which is 20: all of them come back at once, e.g. after a restart of the browser',
    },
  ]);
  expect(pathsOf({ ...oidc, maxConnectionsPerUser: 5, handshakeBurst: 4 })).toEqual([
    'handshakeBurst',
  ]);
  expect(faultsOf({ ...oidc, maxConnectionsPerUser: 21, handshakeBurst: 21 })).toEqual([]);
  // A value that is not a number causes only that fault.
  expect(new Set(pathsOf({ ...oidc, handshakeBurst: 'many' }))).toEqual(
    new Set(['handshakeBurst']),
  );
});

it.each([
  '{value}',
  '{value}*',
  '{value}/*',
  'org-1/{value}',
  '{value}\\*',
  '\\\\{value}',
  '{{value}}',
])('accepts %s as scopePattern', (scopePattern) => {
  expect(faultsOf({ ...oidc, scopeClaim: 'agents', scopePattern })).toEqual([]);
});

it.each([
  'team-a/*',
  '{value}/{value}',
  '{Value}/*',
  '{ value }/*',
  '*{value}',
  '{value}*-x',
  '{value}**',
  '\\{value}',
  '{value}\\',
  `${'x'.repeat(125)}{value}`,
])('refuses %s as scopePattern', (scopePattern) => {
  const problem = 'must be a pattern that contains {value} once, such as {value}/*';
  const faults = faultsOf({ ...oidc, scopeClaim: 'agents', scopePattern });
  expect(new Set(faults.map(({ path }) => path))).toEqual(new Set(['scopePattern']));
  expect(new Set(faults.map((fault) => fault.problem))).toEqual(new Set([problem]));
});

it('refuses a scopePattern without a scopeClaim, which would limit nobody', () => {
  const fault = {
    path: 'scopePattern',
    problem: 'needs scopeClaim, too: it makes patterns of the values of that claim',
  };
  expect(faultsOf({ ...oidc, scopePattern: '{value}/*' })).toEqual([fault]);
  expect(faultsOf({ ...oidc, scopePattern: '{value}/*', scopeClaim: '' })).toEqual([fault]);
});

it('accepts a new Cognito user pool, but not together with another identity provider', () => {
  expect(parseConfiguration({ auth: 'cognito-new' })).toMatchObject({
    ok: true,
    value: { identityProvider: { kind: 'cognito-new' } },
  });
  expect(faultsOf({ ...oidc, auth: 'cognito-new' })).toEqual([
    { path: 'auth', problem: 'and issuer exclude each other: set one identity provider' },
  ]);
  expect(pathsOf({ auth: 'cognito' })).toEqual(['auth']);
});

it.each([
  ['a=1,b=2', { a: '1', b: '2' }],
  [{ 'cost center': '42' }, { 'cost center': '42' }],
])('accepts the tags %j', (tags, expected) => {
  expect(parseConfiguration({ ...oidc, tags })).toMatchObject({
    ok: true,
    value: { tags: expected },
  });
});

it.each([
  '=platform',
  'aws:team=platform',
  'team#=x',
  // Tags of roles must not have such a value, and tags of the stack must not be empty.
  'team=R&D',
  'owner',
  42,
  ['a=b'],
  { team: 42 },
  { a: 'x'.repeat(257) },
])('refuses the tags %j', (tags) => {
  expect(pathsOf({ ...oidc, tags }).map((path) => path.split('.')[0])).toEqual(['tags']);
});

it.each([
  ['memoryMegabytes', { connect: 128, broadcast: '10240' }, { connect: 128, broadcast: 10_240 }],
  ['provisionedConcurrency', { broadcast: 1_000 }, { broadcast: 1_000 }],
])('accepts %s as an object, as in a file of a stage', (name, given, expected) => {
  expect(parseConfiguration({ ...oidc, [name]: given })).toMatchObject({
    ok: true,
    value: { [name]: expected },
  });
});

it.each([
  ['memoryMegabytes', 'connect=127'],
  ['memoryMegabytes', 'connect=10241'],
  ['memoryMegabytes', 'connect'],
  ['memoryMegabytes', 'connect=1024;broadcast=3008'],
  ['memoryMegabytes', 'handshake=1024'],
  ['memoryMegabytes', 1024],
  ['memoryMegabytes', { connect: 512.5 }],
  ['memoryMegabytes', ['connect=1024']],
  ['provisionedConcurrency', 'connect=0'],
  ['provisionedConcurrency', 'connect=1001'],
  // Nobody waits for it.
  ['provisionedConcurrency', 'heartbeat=1'],
])('refuses %s %j', (name, value) => {
  expect(faultsOf({ ...oidc, [name]: value })).toEqual([
    {
      path: name,
      problem: expect.stringMatching(
        /^must be name=number,name=number or an object, with names of authorizer, connect, .* and whole numbers from \d+ to \d+$/,
      ) as string,
    },
  ]);
});

it.each([0, 2, 31, 4000, 'month'])(
  'refuses %j as logRetentionDays, which CloudWatch does not support',
  (days) => {
    expect(new Set(pathsOf({ ...oidc, logRetentionDays: days }))).toEqual(
      new Set(['logRetentionDays']),
    );
  },
);

it('lists the settings for an identity provider if none is set', () => {
  expect(faultsOf({})).toEqual([
    {
      path: 'issuer',
      problem: expect.stringMatching(
        /^is missing: .*-c issuer=.*userPoolId.*-c auth=cognito-new/,
      ) as string,
    },
  ]);
});

it('lists all faults together, including those of the identity provider', () => {
  expect(
    pathsOf({
      stage: 'Live!',
      issuer: 'http://issuer.example.com',
      gatewayUrl: 'gateway',
      useMockData: 'yes',
      heartbeat: 'sometimes',
      heartbeatSeconds: '7',
      maxConnectionsPerUser: 'many',
      eventSource: 'aws.agents',
      heartbeatSecond: '30',
    }).sort(),
  ).toEqual([
    'audience',
    'eventSource',
    'gatewayUrl',
    'heartbeat',
    'heartbeatSecond',
    'heartbeatSeconds',
    'issuer',
    'maxConnectionsPerUser',
    'stage',
    'useMockData',
  ]);
});

it('treats an empty value of an optional setting as not set', () => {
  const optional = deploymentSettingNames.filter((name) => defaultOf(name) === undefined);
  const empty = Object.fromEntries(optional.map((name) => [name, '']));
  expect(parseConfiguration({ ...empty, ...oidc })).toEqual(parseConfiguration(oidc));
  expect(pathsOf({ ...oidc, audience: '' })).toEqual(['audience']);
});

const defaulted = deploymentSettingNames.filter((name) => defaultOf(name) !== undefined);

it.each(defaulted)('refuses an empty %s instead of using the default', (name) => {
  for (const value of ['', null]) {
    const problems = faultsOf({ ...oidc, [name]: value });
    expect(new Set(problems.map(({ path }) => path))).toEqual(new Set([name]));
    expect(problems[0]?.problem).toMatch(/^must (be|have) .*; leave it out for the default, \S+$/);
  }
});

it('describes the expected value and the default if a value is empty', () => {
  expect(faultsOf({ ...oidc, coalesceMilliseconds: '', reporterArns: null })).toEqual([
    {
      path: 'coalesceMilliseconds',
      problem: 'must be a whole number from 0 to 10000; leave it out for the default, 500',
    },
    {
      path: 'reporterArns',
      problem:
        'must be the ARNs of IAM roles and users: ARN,ARN or a list; leave it out for the default, []',
    },
  ]);
});

it('refuses null for an optional setting', () => {
  expect(faultsOf({ ...oidc, gatewayUrl: null })).toEqual([
    { path: 'gatewayUrl', problem: 'must be a URL' },
  ]);
});

it.each([7, 45, 90, 0, 600, -30, 30.5])('refuses %d as heartbeatSeconds', (seconds) => {
  expect(new Set(pathsOf({ ...oidc, heartbeatSeconds: seconds }))).toEqual(
    new Set(['heartbeatSeconds']),
  );
});

it.each([-1, 0.5, 10_001, 'never'])('refuses %j as coalesceMilliseconds', (milliseconds) => {
  expect([...new Set(pathsOf({ ...oidc, coalesceMilliseconds: milliseconds }))]).toEqual([
    'coalesceMilliseconds',
  ]);
});

it.each([0, 10_000])('accepts %d as coalesceMilliseconds', (milliseconds) => {
  expect(faultsOf({ ...oidc, coalesceMilliseconds: milliseconds })).toEqual([]);
});

it('refuses a misspelled setting, and lists the valid ones', () => {
  const [fault] = faultsOf({ ...oidc, useMockdata: 'true' });
  expect(fault).toEqual({
    path: 'useMockdata',
    problem: expect.stringContaining('useMockData') as string,
  });
});

it('ignores the context of the CDK itself', () => {
  const cdk = {
    '@aws-cdk/aws-iam:minimizePolicies': true,
    'aws:cdk:enable-path-metadata': true,
    'availability-zones:account=123456789012:region=eu-central-1': ['eu-central-1a'],
    'cli-telemetry': false,
    'acknowledged-issue-numbers': [34892],
  };
  expect(parseConfiguration({ ...oidc, ...cdk })).toEqual(parseConfiguration(oidc));
});

it('accepts any value of a setting or returns a fault of that setting, without an exception', () => {
  fc.assert(
    fc.property(fc.constantFrom(...deploymentSettingNames), fc.anything(), (name, value) => {
      const others = pathsOf({ ...oidc, [name]: value }).filter(
        // A user pool in addition to an issuer is a fault of the issuer.
        (path) => path.split('.')[0] !== name && path !== 'issuer',
      );
      expect(others).toEqual([]);
    }),
  );
});

it('returns a fault for any other key without colon and slash', () => {
  const ours = new Set<string>(deploymentSettingNames);
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,20}$/), (key) => {
      fc.pre(!ours.has(key));
      expect(pathsOf({ ...oidc, [key]: 'x' })).toEqual([key]);
    }),
  );
});

it('appends the name of the stage to resource and stack names, except for live', () => {
  expect([resourceName({ stage: 'live' }), stackName({ stage: 'live' })]).toEqual([
    'mission-control',
    'MissionControl',
  ]);
  expect([resourceName({ stage: 'test' }), stackName({ stage: 'test' })]).toEqual([
    'mission-control-test',
    'MissionControl-test',
  ]);
});

it.each(['someone', 'someone@', '@example.com', 'a b@example.com', 'a@example.com,b@example.com'])(
  'refuses %p as alarmEmail',
  (alarmEmail) => {
    expect(faultsOf({ ...oidc, alarmEmail })).toEqual([
      {
        path: 'alarmEmail',
        problem: 'must be an e-mail address such as on-call@example.com',
      },
    ]);
  },
);

it.each([
  'https://app.example.com/',
  'https://app.example.com/page',
  'https://App.example.com',
  'https://app.example.com:443',
  'http://app.example.com',
  'app.example.com',
  'https://*.example.com',
  '*',
  'null',
  'https://user@app.example.com',
  'https://a.example.com https://b.example.com',
  [['https://app.example.com']],
  ['https://app.example.com', 7],
  {},
])('refuses %j as allowedOrigins', (allowedOrigins) => {
  expect(new Set(pathsOf({ ...oidc, allowedOrigins }).map((path) => path.split('.')[0]))).toEqual(
    new Set(['allowedOrigins']),
  );
});

it.each([
  'https://app.example.com:8443',
  'http://localhost:5173',
  'http://127.0.0.1',
  // A host that CloudFormation resolves.
  'https://${Token[TOKEN.42]}',
])('accepts %j as an allowed origin, once', (origin) => {
  expect(parseConfiguration({ ...oidc, allowedOrigins: [origin, origin] })).toMatchObject({
    ok: true,
    value: { allowedOrigins: [origin] },
  });
});

it.each(['https://user:secret@example.com/runbook', 'docs/my runbook.md', 'runbook.md#alarms'])(
  'refuses %p as runbookUrl',
  (runbookUrl) => {
    expect(faultsOf({ ...oidc, runbookUrl })).toEqual([
      {
        path: 'runbookUrl',
        problem: 'must be a path or an http or https URL without credentials, spaces and #',
      },
    ]);
  },
);
