// The construct in other CDK apps, and what a stage or a new user pool changes in the stack.
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { ConfigurationError, MissionControlRealtime } from '#infra/index';
import {
  environmentOf,
  foreignApp,
  functionOf,
  resourceOf,
  resourcesOf,
  synthesize,
} from './synthesized';

const codeOf = () => Code.fromInline('// Tests of the template need no code.');
const oidc = {
  kind: 'oidc',
  issuer: 'https://issuer.example.com',
  audience: 'mission-control',
} as const;
const foreignStack = () => new Stack(foreignApp(), 'Foreign');
const variablesOf = (template: Template, name: string) => environmentOf(functionOf(template, name));

describe('in another CDK app', () => {
  it('needs only an identity provider, and can grant a backend to report events', () => {
    const stack = foreignStack();
    const realtime = new MissionControlRealtime(stack, 'Agents', {
      identityProvider: oidc,
      codeOf,
    });
    const backend = new LambdaFunction(stack, 'Backend', {
      code: codeOf(),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
    });
    realtime.eventBus.grantPutEventsTo(backend);
    new CfnOutput(stack, 'Url', { value: realtime.webSocketUrl });
    const template = Template.fromStack(stack);
    expect(variablesOf(template, 'heartbeat')).toMatchObject({ HEARTBEAT_SECONDS: '30' });
    const policy = resourcesOf(template, 'AWS::IAM::Policy').find(({ id }) =>
      id.startsWith('Backend'),
    );
    expect(JSON.stringify(policy?.properties)).toContain('events:PutEvents');
  });

  it('accepts sources with a pattern or a list of patterns each, and lists their faults', () => {
    const create = (sources: Record<string, string | string[]>) => {
      const stack = foreignStack();
      new MissionControlRealtime(stack, 'Agents', { identityProvider: oidc, codeOf, sources });
      return variablesOf(Template.fromStack(stack), 'broadcast');
    };
    expect(create({ 'team-a': 'team-a/*', 'team-b': ['team-b/*', 'shared'] })).toMatchObject({
      SOURCES: '{"team-a":["team-a/*"],"team-b":["shared","team-b/*"]}',
    });
    expect(() => create({ 'team-a': 'team-*-a', 'aws.b': '*' })).toThrow(ConfigurationError);
  });

  it('accepts a user pool of the same app, by reference', () => {
    const stack = foreignStack();
    const pool = new UserPool(stack, 'Pool');
    new MissionControlRealtime(stack, 'Agents', {
      identityProvider: {
        kind: 'cognito',
        userPoolId: pool.userPoolId,
        userPoolClientId: pool.addClient('Client').userPoolClientId,
      },
      codeOf,
    });
    expect(variablesOf(Template.fromStack(stack), 'authorizer')).toMatchObject({
      USER_POOL_ID: '${Pool}',
      USER_POOL_CLIENT_ID: '${PoolClient}',
    });
  });

  it('can be in one stack twice, if the stages differ', () => {
    const stack = foreignStack();
    new MissionControlRealtime(stack, 'One', { identityProvider: oidc, codeOf, stage: 'one' });
    new MissionControlRealtime(stack, 'Two', { identityProvider: oidc, codeOf, stage: 'two' });
    const buses = resourcesOf(Template.fromStack(stack), 'AWS::Events::EventBus');
    expect(buses.map(({ properties }) => properties['Name'])).toEqual([
      'mission-control-one',
      'mission-control-two',
    ]);
  });

  it('validates props like the settings of the command line', () => {
    const make = () =>
      new MissionControlRealtime(foreignStack(), 'Agents', {
        identityProvider: { ...oidc, issuer: 'http://issuer.example.com' },
        codeOf,
        heartbeatSeconds: 7,
      });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(/heartbeatSeconds must be a divisor[^]*issuer must be/);
  });

  it('rejects a prop that is null instead of using the default', () => {
    const make = () =>
      new MissionControlRealtime(foreignStack(), 'Agents', {
        identityProvider: oidc,
        codeOf,
        ...({ coalesceMilliseconds: null, reporterArns: null } as object),
      });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(
      /coalesceMilliseconds must be a whole number from 0 to 10000; leave it out for the default, 500[^]*reporterArns must be/,
    );
  });
});

describe('a stage', () => {
  it('retains and protects the table and the user pool by default', () => {
    const { template } = synthesize({ issuer: '', audience: '', auth: 'cognito-new' });
    for (const type of ['AWS::DynamoDB::Table', 'AWS::Cognito::UserPool']) {
      expect(resourceOf(template, type)).toMatchObject({ deletionPolicy: 'Retain' });
    }
    expect(resourceOf(template, 'AWS::DynamoDB::Table').properties).toMatchObject({
      DeletionProtectionEnabled: true,
    });
    expect(resourceOf(template, 'AWS::Cognito::UserPool').properties).toMatchObject({
      DeletionProtection: 'ACTIVE',
    });
  });

  it('with dataRemoval destroy, retains only the logging settings of API Gateway that the account shares', () => {
    const { template } = synthesize({
      issuer: '',
      audience: '',
      auth: 'cognito-new',
      dataRemoval: 'destroy',
    });
    const kept = Object.values(
      template.toJSON()['Resources'] as Record<string, { Type: string; DeletionPolicy?: string }>,
    ).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    expect(kept.map(({ Type }) => Type).sort()).toEqual([
      'AWS::ApiGateway::Account',
      'AWS::IAM::Role',
    ]);
    expect(resourceOf(template, 'AWS::DynamoDB::Table').properties).toMatchObject({
      DeletionProtectionEnabled: false,
    });
  });

  it('sets the retention of all log groups', () => {
    const { template } = synthesize({ logRetentionDays: '7' });
    const logs = resourcesOf(template, 'AWS::Logs::LogGroup');
    expect(new Set(logs.map(({ properties }) => properties['RetentionInDays']))).toEqual(
      new Set([7]),
    );
  });

  it('has its tags on the stack, so that CloudFormation adds them to every resource', () => {
    expect(synthesize({ tags: 'team=platform' }).tags).toEqual({
      application: 'mission-control',
      stage: 'live',
      team: 'platform',
    });
  });
});

describe('a new user pool', () => {
  const { template } = synthesize({ issuer: '', audience: '', auth: 'cognito-new' });

  it('allows sign-up by administrators only, and requires strong passwords', () => {
    expect(resourceOf(template, 'AWS::Cognito::UserPool').properties).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
        },
      },
    });
  });

  it('has a client without a secret, with SRP sign-in and tokens that expire after an hour', () => {
    const { properties } = resourceOf(template, 'AWS::Cognito::UserPoolClient');
    expect(properties).toMatchObject({
      GenerateSecret: false,
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      AllowedOAuthFlowsUserPoolClient: false,
      AccessTokenValidity: 60,
      IdTokenValidity: 60,
    });
    expect((properties['ExplicitAuthFlows'] as string[]).sort()).toEqual([
      'ALLOW_ADMIN_USER_PASSWORD_AUTH',
      'ALLOW_REFRESH_TOKEN_AUTH',
      'ALLOW_USER_SRP_AUTH',
    ]);
  });

  it('is the one whose tokens the authorizer accepts, and is in the outputs', () => {
    expect(variablesOf(template, 'authorizer')).toMatchObject({
      USER_POOL_ID: '${UsersUserPool}',
      USER_POOL_CLIENT_ID: '${UsersUserPoolDashboard}',
    });
    expect(Object.keys(template.findOutputs('*'))).toEqual(
      expect.arrayContaining(['UserPoolId', 'UserPoolClientId', 'TokenIssuer']),
    );
  });

  it('exists only with auth cognito-new', () => {
    expect(resourcesOf(synthesize().template, 'AWS::Cognito::UserPool')).toEqual([]);
  });
});
