// The construct in CDK apps of others, and what a stage or a new user pool changes of the stack.
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

describe('in the app of others', () => {
  it('an identity provider is enough, and its backend may be let report', () => {
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

  it('a user pool of the same app is told by its tokens', () => {
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

  it('two of them live in one stack, if their stages differ', () => {
    const stack = foreignStack();
    new MissionControlRealtime(stack, 'One', { identityProvider: oidc, codeOf, stage: 'one' });
    new MissionControlRealtime(stack, 'Two', { identityProvider: oidc, codeOf, stage: 'two' });
    const buses = resourcesOf(Template.fromStack(stack), 'AWS::Events::EventBus');
    expect(buses.map(({ properties }) => properties['Name'])).toEqual([
      'mission-control-one',
      'mission-control-two',
    ]);
  });

  it('settings are checked as those of the command line are', () => {
    const make = () =>
      new MissionControlRealtime(foreignStack(), 'Agents', {
        identityProvider: { ...oidc, issuer: 'http://issuer.example.com' },
        codeOf,
        heartbeatSeconds: 7,
      });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(/heartbeatSeconds must be a divisor[^]*issuer must be/);
  });

  it('nothing is no value: a prop that is null is a fault, not the default', () => {
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
  it('keeps table and users for as long as nobody says otherwise', () => {
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

  it('may be destroyed whole, but for the one setting that the account shares', () => {
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

  it('decides how long all logs are kept', () => {
    const { template } = synthesize({ logRetentionDays: '7' });
    const logs = resourcesOf(template, 'AWS::Logs::LogGroup');
    expect(new Set(logs.map(({ properties }) => properties['RetentionInDays']))).toEqual(
      new Set([7]),
    );
  });

  it('has its tags on the stack, from where they reach every resource', () => {
    expect(synthesize({ tags: 'team=platform' }).tags).toEqual({
      application: 'mission-control',
      stage: 'live',
      team: 'platform',
    });
  });
});

describe('a new user pool', () => {
  const { template } = synthesize({ issuer: '', audience: '', auth: 'cognito-new' });

  it('lets nobody in whom an administrator has not invited, and wants good passwords', () => {
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

  it('has a client without a secret, whose passwords do not travel and whose tokens are short', () => {
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

  it('is whose tokens the authorizer accepts, and is told in the outputs', () => {
    expect(variablesOf(template, 'authorizer')).toMatchObject({
      USER_POOL_ID: '${UsersUserPool}',
      USER_POOL_CLIENT_ID: '${UsersUserPoolDashboard}',
    });
    expect(Object.keys(template.findOutputs('*'))).toEqual(
      expect.arrayContaining(['UserPoolId', 'UserPoolClientId', 'TokenIssuer']),
    );
  });

  it('is there only if somebody asked for it', () => {
    expect(resourcesOf(synthesize().template, 'AWS::Cognito::UserPool')).toEqual([]);
  });
});
