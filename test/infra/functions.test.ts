// The functions: how each runs, its environment variables, what invokes it, and what happens to failed events.
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { handshakeMilliseconds } from '#core/connections/connection';
import { horizon } from '#core/broadcasting/heartbeat-plan';
import { maxSourcesBytes } from '#lambdas/contract/sources';
import { environmentOf, functionOf, resourceOf, resourcesOf, synthesize } from './synthesized';
import { all, one, template, withMockData } from './usual-stack';

/** The values of the environment variables by default; each is the same for every function that has it. */
const settings = {
  AGENT_DAYS: '7',
  AUDIENCE: 'mission-control',
  CALLBACK_URL: 'https://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live',
  COALESCE_MILLISECONDS: '500',
  RETRY_QUEUE_URL: '${DeliveriesQueue}',
  EVENT_BUS_NAME: '${BroadcastEventBus}',
  EVENT_SOURCE: 'mission-control',
  FLOOD_FACTOR: '5',
  MESSAGES_PER_MINUTE: '60',
  MESSAGE_BURST: '20',
  GATEWAY_URL: 'http://localhost:8888',
  HANDSHAKES_PER_MINUTE: '30',
  HANDSHAKE_BURST: '20',
  HEARTBEAT: 'always',
  HEARTBEAT_QUEUE_URL: '${HeartbeatBeats}',
  HEARTBEAT_SECONDS: '30',
  ISSUER: 'https://issuer.example.com',
  LARGE_FAN_OUT_CONNECTIONS: '10000',
  MAX_CONNECTIONS_PER_USER: '20',
  MAX_POSTS_PER_SECOND: '8000',
  NODE_OPTIONS: '--enable-source-maps',
  DEAD_LETTER_QUEUE_URL: '${RejectedEvents}',
  SESSION_HOURS: '24',
  SNAPSHOT_AGENTS: '5000',
  SNAPSHOT_SESSIONS: '5000',
  STAGE: 'live',
  SYNCS_PER_MINUTE: '6',
  TABLE_NAME: '${StoreTable}',
  TIMELINE_EVENTS: '200',
  TIMELINE_HOURS: '24',
  USE_MOCK_DATA: 'true',
};

/** The environment variables of every function that fans out. */
const fanOut = [
  'COALESCE_MILLISECONDS',
  'CALLBACK_URL',
  'RETRY_QUEUE_URL',
  'HEARTBEAT',
  'HEARTBEAT_SECONDS',
  'LARGE_FAN_OUT_CONNECTIONS',
  'MAX_POSTS_PER_SECOND',
  'TABLE_NAME',
];

describe('every function', () => {
  const functions = all('AWS::Lambda::Function', withMockData);

  it('is one of these eleven', () => {
    expect(functions.map(({ properties }) => properties['FunctionName']).sort()).toEqual([
      'mission-control-authorizer',
      'mission-control-broadcast',
      'mission-control-connect',
      'mission-control-default',
      'mission-control-deliver',
      'mission-control-disconnect',
      'mission-control-disconnect-user',
      'mission-control-health',
      'mission-control-heartbeat',
      'mission-control-mock-agents',
      'mission-control-whoami',
    ]);
  });

  it.each(functions.map(({ properties }) => [properties['FunctionName'], properties]))(
    '%s runs on arm64 and nodejs24.x, is traced unless unauthenticated clients can invoke it, and logs JSON to its own log group for 30 days',
    (name, properties) => {
      expect(properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        MemorySize: expect.any(Number) as number,
        Timeout: expect.any(Number) as number,
        // Lambda itself logs nothing about successful invocations.
        LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
      });
      // A flood of refused handshakes or other requests must not cause a flood of traces.
      const untraced = ['authorizer', 'connect', 'health', 'whoami'].map(
        (each) => `mission-control-${each}`,
      );
      expect(properties['TracingConfig']).toEqual(
        untraced.includes(String(name)) ? undefined : { Mode: 'Active' },
      );
      const log = resourceOf(withMockData, 'AWS::Logs::LogGroup', {
        LogGroupName: `/aws/lambda/${String(name)}`,
      });
      expect(properties['LoggingConfig']).toMatchObject({ LogGroup: `\${${log.id}}` });
      expect(log).toMatchObject({ deletionPolicy: 'Delete', properties: { RetentionInDays: 30 } });
    },
  );

  it.each([
    ['authorizer', 512, 15],
    ['broadcast', 1769, 60],
    ['connect', 512, 10],
    ['default', 1024, 29],
    ['deliver', 1769, 60],
    ['disconnect', 256, 10],
    ['disconnect-user', 512, 30],
    ['health', 256, 5],
    ['heartbeat', 1769, 30],
    ['mock-agents', 256, 60],
    ['whoami', 256, 15],
  ])('%s has %d MB and a timeout of %d s', (name, MemorySize, Timeout) => {
    expect(functionOf(withMockData, name).properties).toMatchObject({ MemorySize, Timeout });
  });

  it('depends on the policy of its role', () => {
    for (const { properties, dependsOn } of functions) {
      const role = String(properties['Role']).replace(/^\$\{(.*)\.Arn\}$/, '$1');
      expect(dependsOn).toContain(`${role}DefaultPolicy`);
    }
  });

  it.each([
    ['authorizer', ['AUDIENCE', 'ISSUER']],
    [
      'connect',
      [
        ...['CALLBACK_URL', 'HANDSHAKES_PER_MINUTE', 'HANDSHAKE_BURST'],
        ...['MAX_CONNECTIONS_PER_USER', 'TABLE_NAME'],
      ],
    ],
    ['disconnect', ['TABLE_NAME']],
    [
      'default',
      [
        ...[
          'AUDIENCE',
          'CALLBACK_URL',
          'FLOOD_FACTOR',
          'MESSAGES_PER_MINUTE',
          'MESSAGE_BURST',
          'AGENT_DAYS',
          'HEARTBEAT_SECONDS',
          'ISSUER',
        ],
        ...['HANDSHAKES_PER_MINUTE', 'HANDSHAKE_BURST', 'MAX_CONNECTIONS_PER_USER'],
        ...['MAX_POSTS_PER_SECOND', 'SESSION_HOURS', 'SNAPSHOT_AGENTS', 'SNAPSHOT_SESSIONS'],
        'SYNCS_PER_MINUTE',
        'TABLE_NAME',
        ...['TIMELINE_EVENTS', 'TIMELINE_HOURS'],
      ],
    ],
    [
      'broadcast',
      [
        ...fanOut,
        'AGENT_DAYS',
        'DEAD_LETTER_QUEUE_URL',
        'EVENT_SOURCE',
        'SESSION_HOURS',
        'TIMELINE_HOURS',
      ],
    ],
    ['disconnect-user', ['CALLBACK_URL', 'DEAD_LETTER_QUEUE_URL', 'TABLE_NAME']],
    ['deliver', [...fanOut, 'DEAD_LETTER_QUEUE_URL']],
    ['heartbeat', [...fanOut, 'HEARTBEAT_QUEUE_URL']],
    ['health', ['GATEWAY_URL', 'TABLE_NAME', 'USE_MOCK_DATA']],
    ['whoami', ['AUDIENCE', 'ISSUER', 'TABLE_NAME']],
    ['mock-agents', ['EVENT_BUS_NAME', 'EVENT_SOURCE']],
  ])('%s has its environment variables and no others', (name, variables) => {
    const environment = environmentOf(functionOf(withMockData, name));
    expect(Object.keys(environment).sort()).toEqual([...variables, 'NODE_OPTIONS', 'STAGE'].sort());
    expect(settings).toMatchObject(environment);
  });

  it('has MAX_TOKEN_HOURS if it verifies tokens or disconnects users, and maxTokenHours is set', () => {
    const limited = synthesize({ maxTokenHours: 12 }).template;
    const told = ['authorizer', 'default', 'whoami', 'disconnect-user'];
    const variable = 'MAX_TOKEN_HOURS';
    expect(told.map((name) => environmentOf(functionOf(limited, name))[variable])).toEqual(
      told.map(() => '12'),
    );
    for (const name of told) {
      expect(environmentOf(functionOf(template, name))).not.toHaveProperty(variable);
    }
  });

  it('has SCOPE_CLAIM and SCOPE_PATTERN if it verifies tokens, and SCOPE_CLAIM if it fans out, and they are set', () => {
    const scoped = synthesize({ scopeClaim: 'cognito:groups', scopePattern: '{value}/*' }).template;
    const scopeOf = (name: string, from = scoped) => {
      const { SCOPE_CLAIM: claim, SCOPE_PATTERN: pattern } = environmentOf(functionOf(from, name));
      return [claim, pattern];
    };
    for (const name of ['authorizer', 'default', 'whoami']) {
      expect(scopeOf(name)).toEqual(['cognito:groups', '{value}/*']);
      expect(scopeOf(name, template)).toEqual([undefined, undefined]);
    }
    for (const name of ['broadcast', 'deliver', 'heartbeat']) {
      expect(scopeOf(name)).toEqual(['cognito:groups', undefined]);
    }
  });

  it('connect has a timeout that is shorter than the time in which a recorded connection may still be opening', () => {
    const { Timeout: seconds } = functionOf(template, 'connect').properties;
    expect(Number(seconds) * 1000).toBeLessThan(handshakeMilliseconds);
  });

  it.each([undefined, 0, 10_000])(
    'that fans out gets its flush interval from coalesceMilliseconds: %s',
    (coalesceMilliseconds) => {
      const started = synthesize({ coalesceMilliseconds }).template;
      for (const name of ['broadcast', 'heartbeat', 'deliver']) {
        expect(environmentOf(functionOf(started, name))['COALESCE_MILLISECONDS']).toBe(
          String(coalesceMilliseconds ?? 500),
        );
      }
    },
  );

  it('that fans out has the same MAX_POSTS_PER_SECOND, which the workers of a large fan-out share', () => {
    const paceOf = (name: string) =>
      environmentOf(functionOf(template, name))['MAX_POSTS_PER_SECOND'];
    expect(['broadcast', 'heartbeat', 'deliver'].map(paceOf)).toEqual(['8000', '8000', '8000']);
  });

  it("that posts uses the stage's URL, not a custom domain, which may change", () => {
    const callbackUrl = 'https://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live';
    for (const name of ['connect', 'broadcast', 'heartbeat']) {
      expect(environmentOf(functionOf(template, name))['CALLBACK_URL']).toBe(callbackUrl);
    }
  });
});

describe('the retry queue', () => {
  it('is processed by the only function with RecursiveLoop Allow; it limits its own recursion', () => {
    const endless = all('AWS::Lambda::Function', withMockData).filter(
      ({ properties }) => properties['RecursiveLoop'] === 'Allow',
    );
    expect(endless.map(({ properties }) => properties['FunctionName'])).toEqual([
      'mission-control-deliver',
    ]);
  });

  it('moves a job to the dead-letter queue after five attempts; a worker gets one job at a time, at most sixteen run', () => {
    const queue = one('AWS::SQS::Queue', { QueueName: 'mission-control-deliveries' });
    expect(queue.properties['RedrivePolicy']).toEqual({
      deadLetterTargetArn: '${RejectedEvents.Arn}',
      maxReceiveCount: 5,
    });
    const { properties } = functionOf(template, 'deliver');
    expect(queue.properties['VisibilityTimeout']).toBe(6 * Number(properties['Timeout']));
    expect(queue.properties['MessageRetentionPeriod']).toBe(3600);
    const mapping = all('AWS::Lambda::EventSourceMapping').find(
      (each) => each.properties['EventSourceArn'] === '${DeliveriesQueue.Arn}',
    );
    expect(mapping?.properties).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 16 },
    });
  });
});

describe('with sources, broadcast', () => {
  const patternOf = (other: Template) =>
    resourceOf(other, 'AWS::Events::Rule', { Name: 'mission-control-broadcast' }).properties[
      'EventPattern'
    ];

  it('gets the events of eventSource and of all sources, each once, and knows what each is bound to', () => {
    const sources = { 'team-a': 'team-a/*', 'mission-control': ['shared', 'x/*'] };
    const other = synthesize({ sources }).template;
    expect(patternOf(other)).toEqual({ source: ['mission-control', 'team-a'] });
    expect(environmentOf(functionOf(other, 'broadcast'))).toMatchObject({
      EVENT_SOURCE: 'mission-control',
      SOURCES: '{"team-a":["team-a/*"],"mission-control":["shared","x/*"]}',
    });
    const having = resourcesOf(other, 'AWS::Lambda::Function')
      .filter((each) => 'SOURCES' in environmentOf(each))
      .map(({ properties }) => properties['FunctionName']);
    expect(having).toEqual(['mission-control-broadcast']);
    // Sources that report agents disconnect nobody.
    const orders = { Name: 'mission-control-disconnect-user' };
    expect(resourceOf(other, 'AWS::Events::Rule', orders).properties['EventPattern']).toEqual({
      source: ['mission-control.operator'],
    });
  });

  it('has a rule and an environment within the limits of AWS with the longest sources', () => {
    /** As many sources as are allowed, each with a name of this length and the shortest pattern. */
    const longest = (nameLength: number) => {
      const bytesOfEach = '"":["*"],'.length + nameLength;
      const length = Math.floor((maxSourcesBytes - '{}'.length + 1) / bytesOfEach);
      const names = Array.from({ length }, (_, n) => `${n + 100}`.padEnd(nameLength, 's'));
      return Object.fromEntries(names.map((name) => [name, '*']));
    };
    for (const sources of [longest(3), longest(240)]) {
      const context = { eventSource: 'e'.repeat(256), sources };
      const other = synthesize(context).template;
      expect(JSON.stringify(patternOf(other)).length).toBeLessThanOrEqual(2_048);
      const environment = environmentOf(functionOf(other, 'broadcast'));
      // In AWS, the names of the resources and the URLs are up to 150 characters longer than in the template.
      const names = Object.values(environment).filter((value) => value.includes('${')).length;
      const bytes = Buffer.byteLength(JSON.stringify(environment)) + names * 150;
      expect(bytes).toBeLessThanOrEqual(4_096);
    }
  });
});

describe.each([
  ['broadcast', 'BroadcastFunction', 'BroadcastSubscriptionRule', 'mission-control', 'eventSource'],
  [
    'disconnect-user',
    'UserDisconnectionFunction',
    'UserDisconnectionSubscriptionRule',
    'mission-control.operator',
    'operatorSource',
  ],
])('%s', (name, functionId, ruleId, source, setting) => {
  const rejected = '${RejectedEvents.Arn}';
  const ruleNamed = { Name: `mission-control-${name}` };

  it('gets every event of the source, of any type; undeliverable events go to the dead-letter queue', () => {
    const { id, properties } = one('AWS::Events::Rule', ruleNamed);
    expect(id).toBe(ruleId);
    expect(properties['EventPattern']).toEqual({ source: [source] });
    expect(properties['EventBusName']).toBe('${BroadcastEventBus}');
    expect(properties['State']).toBe('ENABLED');
    expect(properties['Targets']).toEqual([
      {
        Id: 'Target0',
        Arn: `\${${functionId}.Arn}`,
        DeadLetterConfig: { Arn: rejected },
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 8 },
      },
    ]);
  });

  it('uses the configured source', () => {
    const other = synthesize({ [setting]: 'others' }).template;
    expect(resourceOf(other, 'AWS::Events::Rule', ruleNamed).properties['EventPattern']).toEqual({
      source: ['others'],
    });
  });

  it('is retried twice after a failure; then the event goes to the dead-letter queue', () => {
    expect(
      all('AWS::Lambda::EventInvokeConfig').find(
        ({ properties }) => properties['FunctionName'] === `\${${functionId}}`,
      )?.properties,
    ).toMatchObject({
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 3600,
      DestinationConfig: { OnFailure: { Destination: rejected } },
    });
  });

  it('has a rule that may send events to the dead-letter queue', () => {
    expect(policyOf('RejectedEvents')).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Principal: { Service: 'events.amazonaws.com' },
        Resource: rejected,
        Condition: { ArnEquals: { 'aws:SourceArn': `\${${ruleId}.Arn}` } },
      }),
    );
  });
});

describe('queues', () => {
  it('keep dead letters for two weeks', () => {
    expect(
      one('AWS::SQS::Queue', { QueueName: 'mission-control-rejected-events' }).properties,
    ).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 3600 });
  });

  it('are encrypted, and deny requests without TLS', () => {
    const queues = all('AWS::SQS::Queue');
    expect(queues).toHaveLength(3);
    for (const { id, properties } of queues) {
      expect(properties['SqsManagedSseEnabled']).toBe(true);
      expect(policyOf(id)).toContainEqual({
        Effect: 'Deny',
        Action: 'sqs:*',
        Principal: { AWS: '*' },
        Resource: `\${${id}.Arn}`,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });
});

describe('heartbeat', () => {
  it.each([1, 30, 540])(
    'every %d s is scheduled by one invocation each minute',
    (heartbeatSeconds) => {
      const started = synthesize({ heartbeatSeconds }).template;
      const { properties } = resourceOf(started, 'AWS::Scheduler::Schedule');
      expect(properties).toMatchObject({
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        State: 'ENABLED',
        Target: { Arn: '${HeartbeatFunction.Arn}', Input: '{}' },
      });
      // The functions that send heartbeats, and the one that reports their interval to clients.
      for (const name of ['heartbeat', 'deliver', 'default']) {
        expect(environmentOf(functionOf(started, name))['HEARTBEAT_SECONDS']).toBe(
          String(heartbeatSeconds),
        );
      }
    },
  );

  it('has scheduled invocations without retries: the next one makes up for a missed one', () => {
    expect(one('AWS::Scheduler::Schedule').properties['Target']).toMatchObject({
      RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
    });
    expect(
      all('AWS::Lambda::EventInvokeConfig').find(
        ({ properties }) => properties['FunctionName'] === '${HeartbeatFunction}',
      )?.properties,
    ).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
  });

  it('gets its beats from a queue one by one, without retries', () => {
    expect(
      one('AWS::Lambda::EventSourceMapping', { BatchSize: 1, ScalingConfig: Match.absent() })
        .properties,
    ).toEqual({
      BatchSize: 1,
      EventSourceArn: '${HeartbeatBeats.Arn}',
      FunctionName: '${HeartbeatFunction}',
    });
    const { properties } = one('AWS::SQS::Queue', { QueueName: 'mission-control-heartbeats' });
    // A beat is invisible for its whole retention, which is at least one minute longer than the longest delay.
    const lifetime = properties['MessageRetentionPeriod'] as number;
    expect(properties['VisibilityTimeout']).toBe(lifetime);
    expect(lifetime * 1000).toBeGreaterThanOrEqual(horizon + 60_000);
  });
});

describe('mock agents', () => {
  it('exist only with useMockData', () => {
    const named = { FunctionName: 'mission-control-mock-agents' };
    expect(all('AWS::Lambda::Function')).toHaveLength(10);
    expect(resourcesOf(template, 'AWS::Lambda::Function', named)).toEqual([]);
    expect(resourcesOf(withMockData, 'AWS::Lambda::Function', named)).toHaveLength(1);
  });

  it('report to the event bus every minute, without retries', () => {
    expect(
      resourceOf(withMockData, 'AWS::Scheduler::Schedule', { Name: 'mission-control-mock-agents' }),
    ).toMatchObject({
      properties: {
        ScheduleExpression: 'rate(1 minute)',
        State: 'ENABLED',
        Target: { Arn: '${MockAgentsFunction.Arn}', RetryPolicy: { MaximumRetryAttempts: 0 } },
      },
    });
    // The next invocation makes up for a missed one.
    expect(
      all('AWS::Lambda::EventInvokeConfig', withMockData).find(
        ({ properties }) => properties['FunctionName'] === '${MockAgentsFunction}',
      )?.properties,
    ).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    expect(environmentOf(functionOf(withMockData, 'mock-agents'))).toMatchObject({
      EVENT_BUS_NAME: '${BroadcastEventBus}',
      EVENT_SOURCE: 'mission-control',
    });
  });
});

function policyOf(queue: string): unknown[] {
  const policy = all('AWS::SQS::QueuePolicy').find(({ properties }) =>
    (properties['Queues'] as string[]).includes(`\${${queue}}`),
  );
  return (policy?.properties['PolicyDocument'] as { Statement: unknown[] }).Statement;
}
