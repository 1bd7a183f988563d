// The smallest stack that the local stack deploys: both APIs with one function. Tests add resources to it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploy, type Deployment, type DeploymentTestHooks } from '#local/deploy/deployment';
import type { LogLine } from '#local/support/log-line';
import type { Template, TemplateResource } from '#local/template/template';

export type Resources = Readonly<Record<string, TemplateResource>>;

export const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
export const ref = (logicalId: string) => ({ Ref: logicalId });

/** A function with a role that has the permissions of `statements`. */
export function functionResources(
  name: string,
  statements: readonly object[] = [],
  properties: object = {},
): Resources {
  const trust = {
    Statement: [
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
    ],
  };
  return {
    [`${name}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: `${name}-role`, AssumeRolePolicyDocument: trust },
    },
    [`${name}Policy`]: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: `${name}Policy`,
        Roles: [ref(`${name}Role`)],
        PolicyDocument: { Statement: statements },
      },
    },
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name,
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: arn(`${name}Role`),
        Timeout: 20,
        ...properties,
      },
    },
  };
}

export function permission(functionId: string, Principal: string, SourceArn: unknown) {
  const FunctionName = arn(functionId);
  const Action = 'lambda:InvokeFunction';
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: { Action, FunctionName, Principal, SourceArn },
  };
}

const api = (name: string, ProtocolType: string): Resources => ({
  [name]: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: name, ProtocolType } },
  [`${name}Stage`]: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: {
      ApiId: ref(name),
      StageName: ProtocolType === 'HTTP' ? '$default' : 'live',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 },
    },
  },
  [`${name}Integration`]: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: ref(name),
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: arn('echo'),
      PayloadFormatVersion: ProtocolType === 'HTTP' ? '2.0' : '1.0',
    },
  },
});

const route = (apiId: string, RouteKey: string, properties: object = {}) => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: ref(apiId),
    RouteKey,
    Target: { 'Fn::Sub': `integrations/\${${apiId}Integration}` },
    ...properties,
  },
});

const source = (apiId: string, rest: string) => ({
  'Fn::Sub': `arn:aws:execute-api:us-east-1:000000000000:\${${apiId}}/${rest}`,
});

/** Both APIs, with one function that returns its event. */
const apis: Resources = {
  ...functionResources('echo'),
  ...api('Sockets', 'WEBSOCKET'),
  Authorizer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: ref('Sockets'),
      Name: 'a',
      AuthorizerType: 'REQUEST',
      IdentitySource: [],
      AuthorizerUri: {
        'Fn::Sub':
          'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${echo.Arn}/invocations',
      },
    },
  },
  Connect: route('Sockets', '$connect', {
    AuthorizationType: 'CUSTOM',
    AuthorizerId: ref('Authorizer'),
  }),
  Default: route('Sockets', '$default'),
  DefaultResponse: {
    Type: 'AWS::ApiGatewayV2::RouteResponse',
    Properties: { ApiId: ref('Sockets'), RouteId: ref('Default'), RouteResponseKey: '$default' },
  },
  SocketsPermission: permission('echo', 'apigateway.amazonaws.com', source('Sockets', '*')),
  ...api('Http', 'HTTP'),
  Health: route('Http', 'GET /health'),
  HttpPermission: permission('echo', 'apigateway.amazonaws.com', source('Http', '*/*/health')),
};

export interface TinyStack extends Deployment {
  readonly lines: readonly LogLine[];
}

const webSocketUrl = 'ws://localhost:3000';
const httpUrl = 'http://localhost:3000';

const echo = 'export const handler = async (event) => event;';
const directories: string[] = [];
const deployments: Deployment[] = [];

/** Deploys `apis` and `resources`; `code` has the code of the functions, by their names. */
export async function deployTiny(
  resources: Resources = {},
  code: Readonly<Record<string, string>> = {},
  options: {
    readonly awsPort?: number;
    readonly testing?: DeploymentTestHooks;
    readonly outputs?: Template['Outputs'];
  } = {},
): Promise<TinyStack> {
  const assetDirectory = mkdtempSync(join(tmpdir(), 'assembly-'));
  directories.push(assetDirectory);
  for (const [name, text] of Object.entries({ echo, ...code })) {
    mkdirSync(join(assetDirectory, `asset.${name}`));
    writeFileSync(join(assetDirectory, `asset.${name}`, 'index.mjs'), text);
  }
  const lines: LogLine[] = [];
  const { outputs, ...rest } = options;
  const deployment = await deploy({
    template: {
      Resources: { ...apis, ...resources },
      ...(outputs === undefined ? {} : { Outputs: outputs }),
    },
    assetDirectory,
    awsPort: 0,
    webSocketUrl,
    httpUrl,
    log: (line) => lines.push(line),
    ...rest,
  });
  deployments.push(deployment);
  return { ...deployment, lines };
}

/** Closes all deployments of a test file. */
export async function closeTiny(): Promise<void> {
  await Promise.all(deployments.splice(0).map((each) => each.close()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
}

/** The configuration of AWS SDK clients for a tiny stack. */
export function clientConfig({ endpointUrl }: Pick<Deployment, 'endpointUrl'>) {
  return {
    endpoint: endpointUrl,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
}
