// The front door by name: who answers what, over which TLS, what a browser is told, and what is written down.
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { ConfigurationError, MissionControlRealtime } from '#infra/index';
import { parseFrontDoor } from '#infra/config/front-door-settings';
import { SecurityHeaders } from '#infra/constructs/front-door/security-headers';
import { edgeLogFields } from '#infra/constructs/front-door/edge-log';
import { frontDoorCode } from '#infra/constructs/front-door/front-door-function';
import {
  allowedTo,
  dashboardDirectory,
  foreignApp,
  functionOf,
  resourceOf,
  resourcesOf,
  synthesize,
} from './synthesized';

const domainName = 'your-domain.com';
const certificateArn =
  'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d-1111-2222-3333-444455556666';
const webAclArn =
  'arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/0a1b2c3d-1111-2222-3333-444455556666';

const named = synthesize({ frontDoor: { domainName, certificateArn } }).template;
const unnamed = synthesize({ frontDoor: 'true' }).template;

const distributionOf = (template: Template) =>
  resourceOf(template, 'AWS::CloudFront::Distribution').properties['DistributionConfig'] as {
    readonly Origins: readonly Record<string, unknown>[];
    readonly DefaultCacheBehavior: Record<string, unknown>;
    readonly [name: string]: unknown;
  };
const outputsOf = (template: Template) =>
  template.findOutputs('*') as Record<string, { readonly Value: unknown }>;

it('there is none unless somebody asks for one', () => {
  const { template } = synthesize();
  for (const type of ['AWS::CloudFront::Distribution', 'AWS::S3::Bucket', 'AWS::WAFv2::WebACL']) {
    expect(resourcesOf(template, type)).toEqual([]);
  }
  expect(outputsOf(template)).not.toHaveProperty('DashboardUrl');
});

describe('addresses', () => {
  it('are those of the domain, for clients, monitors and people', () => {
    expect(outputsOf(named)).toMatchObject({
      WebSocketUrl: { Value: 'wss://your-domain.com' },
      HealthUrl: { Value: 'https://your-domain.com/health' },
      WhoamiUrl: { Value: 'https://your-domain.com/whoami' },
      DashboardUrl: { Value: 'https://your-domain.com' },
    });
    expect(distributionOf(named)['Aliases']).toEqual([domainName]);
  });

  it('are those of CloudFront where there is no domain', () => {
    expect(JSON.stringify(outputsOf(unnamed)['WebSocketUrl']?.Value)).toMatch(
      /"wss:\/\/",\{"Fn::GetAtt":\["RealtimeFrontDoorDistribution\w+","DomainName"\]\}/,
    );
    expect(distributionOf(unnamed)).not.toHaveProperty('Aliases');
  });

  it('change nothing of where functions post to: the stage itself', () => {
    const { Variables } = functionOf(named, 'broadcast').properties['Environment'] as {
      Variables: Record<string, string>;
    };
    expect(Variables['CALLBACK_URL']).toBe(
      'https://${WebSocketApi}.execute-api.us-east-1.${AWS::URLSuffix}/live',
    );
  });
});

describe('requests', () => {
  const { DefaultCacheBehavior: behavior, Origins: origins, ...others } = distributionOf(named);

  it('go to the origin that the function says; those of a WebSocket need no change of origin', () => {
    expect(behavior['TargetOriginId']).toBe('websocket');
    expect(behavior['FunctionAssociations']).toEqual([
      { EventType: 'viewer-request', FunctionARN: '${FrontDoorFunction.FunctionARN}' },
    ]);
    expect(resourceOf(named, 'AWS::CloudFront::Function').properties).toMatchObject({
      AutoPublish: true,
      FunctionCode: frontDoorCode('live'),
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
    });
  });

  it('find the three that the function chooses between', () => {
    const tls = { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] };
    expect(origins).toEqual([
      {
        Id: 'websocket',
        DomainName: '${WebSocketApi}.execute-api.us-east-1.${AWS::URLSuffix}',
        CustomOriginConfig: tls,
      },
      {
        // As in the first version: deployments have it.
        Id: 'health',
        DomainName: '${HealthApi}.execute-api.us-east-1.${AWS::URLSuffix}',
        CustomOriginConfig: tls,
      },
      {
        Id: 'dashboard',
        DomainName: '${FrontDoorDashboardBucket.RegionalDomainName}',
        OriginAccessControlId: '${FrontDoorDashboardAccess.Id}',
        S3OriginConfig: { OriginAccessIdentity: '' },
      },
    ]);
  });

  it('only read, reach their origin whole but for the host, and are remembered by nobody', () => {
    expect(behavior).toMatchObject({
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
      // Managed-CachingDisabled and Managed-AllViewerExceptHostHeader, by their ids in all accounts.
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    });
    const errors = others['CustomErrorResponses'] as { ErrorCode: number }[];
    expect(errors.map(({ ErrorCode }) => ErrorCode)).toEqual(
      expect.arrayContaining([403, 404, 500, 502, 503, 504]),
    );
    for (const error of errors) expect(error).toMatchObject({ ErrorCachingMinTTL: 0 });
  });

  it('for files that never change go to the bucket at once, by their names alone, and are kept', () => {
    const [assets, ...more] = others['CacheBehaviors'] as Record<string, unknown>[];
    expect(more).toEqual([]);
    expect(assets).toMatchObject({
      PathPattern: '/assets/*',
      TargetOriginId: 'dashboard',
      // Managed-CachingOptimized: neither headers nor cookies nor query string.
      CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      AllowedMethods: ['GET', 'HEAD'],
      Compress: true,
      ViewerProtocolPolicy: 'redirect-to-https',
      ResponseHeadersPolicyId: '${FrontDoorHeaders}',
    });
    expect(assets).not.toHaveProperty('OriginRequestPolicyId');
  });

  it('come over TLS 1.2 or later, by the name of the certificate', () => {
    expect(behavior['ViewerProtocolPolicy']).toBe('redirect-to-https');
    expect(others['ViewerCertificate']).toEqual({
      AcmCertificateArn: certificateArn,
      MinimumProtocolVersion: 'TLSv1.2_2021',
      SslSupportMethod: 'sni-only',
    });
  });
});

describe('the firewall', () => {
  it('limits the requests of one address, and keeps no sample, in which a token would be', () => {
    const { properties } = resourceOf(named, 'AWS::WAFv2::WebACL');
    expect(properties).toMatchObject({
      Scope: 'CLOUDFRONT',
      Rules: [
        {
          Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 2000 } },
          Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
        },
      ],
    });
    expect(JSON.stringify(properties).match(/"SampledRequestsEnabled":\w+/g)).toEqual([
      '"SampledRequestsEnabled":false',
      '"SampledRequestsEnabled":false',
    ]);
    expect(distributionOf(named)['WebACLId']).toBe('${FrontDoorFirewallWebAcl.Arn}');
    expect(resourcesOf(named, 'AWS::WAFv2::LoggingConfiguration')).toEqual([]);
  });

  it('may be one that there is', () => {
    const { template } = synthesize({ frontDoor: { webAclArn } });
    expect(distributionOf(template)['WebACLId']).toBe(webAclArn);
    expect(resourcesOf(template, 'AWS::WAFv2::WebACL')).toEqual([]);
  });

  it('cannot be made elsewhere than in us-east-1, which is said before anything is deployed', () => {
    const elsewhere = (region: string | undefined) => () =>
      synthesize(
        { frontDoor: true },
        {
          validate: false,
          codeOf,
          dashboardDirectory,
          ...(region === undefined ? {} : { region }),
        },
      );
    expect(elsewhere('eu-central-1')).toThrow(ConfigurationError);
    expect(elsewhere('eu-central-1')).toThrow(
      /frontDoor needs a web ACL.*us-east-1.*eu-central-1.*webAclArn/,
    );
    expect(elsewhere(undefined)).toThrow(
      /frontDoor needs a stack that knows its region: set AWS_REGION/,
    );
  });
});

describe('the log', () => {
  it('goes to CloudWatch without the query string and whatever else may be or show a token', () => {
    const { properties } = resourceOf(named, 'AWS::Logs::Delivery');
    expect(properties['RecordFields']).toEqual([...edgeLogFields]);
    expect(edgeLogFields).toEqual(expect.arrayContaining(['c-ip', 'cs-uri-stem', 'sc-status']));
    expect(edgeLogFields.join()).not.toMatch(/query|referer|cookie|agent|forwarded|headers/i);
    expect(resourceOf(named, 'AWS::Logs::DeliverySource').properties).toMatchObject({
      LogType: 'ACCESS_LOGS',
      ResourceArn: 'arn:aws:cloudfront::${AWS::AccountId}:distribution/${FrontDoorDistribution}',
    });
    expect(resourceOf(named, 'AWS::Logs::DeliveryDestination').properties).toMatchObject({
      DestinationResourceArn: '${FrontDoorLog.Arn}',
    });
  });

  it('of the older kind, which always has query strings, is not there', () => {
    expect(distributionOf(named)).not.toHaveProperty('Logging');
  });

  it('is left to a command where CloudFront delivers none', () => {
    const far = synthesize(
      { frontDoor: { webAclArn } },
      { validate: false, codeOf, dashboardDirectory, region: 'eu-central-1' },
    ).template;
    expect(resourcesOf(far, 'AWS::Logs::Delivery')).toEqual([]);
    expect(distributionOf(far)).not.toHaveProperty('Logging');
  });
});

describe('a browser', () => {
  interface Headers {
    readonly SecurityHeadersConfig: {
      readonly ContentSecurityPolicy: { readonly ContentSecurityPolicy: string };
    };
  }
  const headersOf = (template: Template) =>
    resourceOf(template, 'AWS::CloudFront::ResponseHeadersPolicy').properties[
      'ResponseHeadersPolicyConfig'
    ] as Headers;
  const directives = (frontDoor: unknown): Record<string, string> => {
    const parsed = parseFrontDoor(frontDoor);
    if (!parsed.ok || parsed.value === undefined) throw new Error(JSON.stringify(parsed));
    const stack = new Stack(foreignApp(), 'Headers');
    new SecurityHeaders(stack, 'Headers', {
      configuration: { stage: 'live', allowedOrigins: [] },
      settings: parsed.value,
    });
    const { ContentSecurityPolicy } = headersOf(Template.fromStack(stack)).SecurityHeadersConfig;
    return Object.fromEntries(
      ContentSecurityPolicy.ContentSecurityPolicy.split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources.join(' ')];
      }),
    );
  };

  it('runs what is served here, and nothing that somebody slips in', () => {
    const policy = directives({ domainName, certificateArn });
    expect(policy).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'connect-src': "'self' wss://your-domain.com",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(Object.values(policy).join()).not.toMatch(/unsafe|\*|https:(?!\/)|wss:(?!\/)/);
    expect(directives(true)['connect-src']).toBe("'self'");
  });

  it('may talk to where tokens are from, and to nobody else', () => {
    const oauth = {
      kind: 'oauth',
      authorizationUrl: 'https://login.example.com/authorize',
      tokenUrl: 'https://login.example.com/token?x=1',
      clientId: 'dashboard',
    };
    expect(directives({ token: oauth })['connect-src']).toBe("'self' https://login.example.com");
    const endpoint = { kind: 'endpoint', url: 'https://app.example.com:8443/token' };
    expect(directives({ token: endpoint })['connect-src']).toBe(
      "'self' https://app.example.com:8443",
    );
  });

  it('is told to come over TLS alone, and to tell nobody where it has been', () => {
    expect(headersOf(named).SecurityHeadersConfig).toMatchObject({
      StrictTransportSecurity: { AccessControlMaxAgeSec: 365 * 24 * 3600, Override: true },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY' },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
    });
    expect(distributionOf(named).DefaultCacheBehavior['ResponseHeadersPolicyId']).toBe(
      '${FrontDoorHeaders}',
    );
  });
});

describe('in two regions of one account', () => {
  /** What is one name space for all regions: each type, and where its name stands. What has no name there gets one of its own. */
  const globalNames: Readonly<Record<string, string | undefined>> = {
    'AWS::CloudFront::Distribution': undefined,
    'AWS::CloudFront::Function': 'Name',
    'AWS::CloudFront::OriginAccessControl': 'OriginAccessControlConfig.Name',
    'AWS::CloudFront::ResponseHeadersPolicy': 'ResponseHeadersPolicyConfig.Name',
    'AWS::CloudWatch::Dashboard': 'DashboardName',
    // A policy of a role is named within it.
    'AWS::IAM::Policy': undefined,
    'AWS::IAM::Role': 'RoleName',
    'AWS::S3::Bucket': 'BucketName',
    'AWS::S3::BucketPolicy': undefined,
  };
  const globalServices =
    /^AWS::(CloudFront|IAM|S3|Route53|Organizations)::|^AWS::CloudWatch::Dashboard$|^AWS::Cognito::UserPoolDomain$/;

  const namesIn = (region: string) => {
    const context = { issuer: '', audience: '', auth: 'cognito-new', alarmEmail: 'a@example.com' };
    const { template } = synthesize(
      { ...context, useMockData: true, frontDoor: { domainName, certificateArn, webAclArn } },
      { validate: false, codeOf, dashboardDirectory, region },
    );
    const resources = template.toJSON()['Resources'] as Record<
      string,
      { readonly Type: string; readonly Properties?: Record<string, unknown> }
    >;
    const found = Object.values(resources).filter(({ Type }) => globalServices.test(Type));
    expect([...new Set(found.map(({ Type }) => Type))].sort()).toEqual(
      Object.keys(globalNames).sort(),
    );
    return found.flatMap(({ Type, Properties }) => {
      const name = (globalNames[Type] ?? '')
        .split('.')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], Properties);
      return name === undefined ? [] : [JSON.stringify(name).replaceAll('AWS::Region', region)];
    });
  };

  it('no name that is global in an account is the same', () => {
    const [here, there] = [namesIn('us-east-1'), namesIn('eu-central-1')];
    expect(here).toHaveLength(4);
    expect(here.filter((name) => there.includes(name))).toEqual([]);
    for (const name of here) expect(name).toContain('us-east-1');
    // A person tells distributions apart by their comments.
    expect(distributionOf(named)['Comment']).toBe('Mission Control, stage live, us-east-1');
  });
});

describe('a page of another origin', () => {
  const allowedOrigins = ['https://app.example.com'];
  const shared = synthesize({ frontDoor: { domainName, certificateArn }, allowedOrigins }).template;
  const corsOf = (template: Template) => ({
    api: resourceOf(template, 'AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP' }).properties[
      'CorsConfiguration'
    ],
    edge: (
      resourceOf(template, 'AWS::CloudFront::ResponseHeadersPolicy').properties[
        'ResponseHeadersPolicyConfig'
      ] as { CorsConfig?: unknown }
    ).CorsConfig,
  });

  it('that was named may read what it asks for, a 429 too; the page that is served here is named by itself', () => {
    expect(corsOf(shared)).toEqual({
      api: {
        AllowOrigins: ['https://your-domain.com', 'https://app.example.com'],
        AllowMethods: ['GET', 'HEAD'],
        AllowHeaders: ['authorization'],
        MaxAge: 3600,
      },
      edge: {
        AccessControlAllowOrigins: { Items: allowedOrigins },
        AccessControlAllowMethods: { Items: ['GET', 'HEAD'] },
        AccessControlAllowHeaders: { Items: ['authorization'] },
        AccessControlAllowCredentials: false,
        AccessControlMaxAgeSec: 3600,
        OriginOverride: true,
      },
    });
  });

  it('that was not may not', () => {
    expect(corsOf(named).edge).toBeUndefined();
    expect(corsOf(unnamed)).toEqual({ api: undefined, edge: undefined });
  });
});

describe("the dashboard's bucket", () => {
  const uploads = resourcesOf(named, 'Custom::CDKBucketDeployment');

  it('is read by this distribution alone, over TLS', () => {
    const { properties } = resourceOf(named, 'AWS::S3::BucketPolicy');
    expect((properties['PolicyDocument'] as { Statement: unknown[] }).Statement).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Resource: '${FrontDoorDashboardBucket.Arn}/*',
        Condition: {
          StringEquals: {
            'aws:SourceArn':
              'arn:aws:cloudfront::${AWS::AccountId}:distribution/${FrontDoorDistribution}',
          },
        },
      },
    ]);
    expect(
      resourceOf(named, 'AWS::CloudFront::OriginAccessControl').properties[
        'OriginAccessControlConfig'
      ],
    ).toMatchObject({ SigningBehavior: 'always', SigningProtocol: 'sigv4' });
  });

  it('is filled by a function that may do this and nothing else', () => {
    const handler = resourceOf(named, 'AWS::Lambda::Function', { MemorySize: 1025 });
    const keys = uploads.flatMap(({ properties }) => properties['SourceObjectKeys'] as string[]);
    const assets = [...new Set(keys)].map(
      (key) => `arn:aws:s3:::cdk-hnb659fds-assets-\${AWS::AccountId}-us-east-1/${key}`,
    );
    // The dashboard's files and config.json: two archives.
    expect(assets).toHaveLength(2);
    expect(allowedTo(named, handler.properties['Role'])).toEqual({
      '${FrontDoorDashboardUploadLog.Arn}': ['logs:CreateLogStream', 'logs:PutLogEvents'],
      '${FrontDoorDashboardBucket.Arn}': ['s3:ListBucket'],
      '${FrontDoorDashboardBucket.Arn}/*': ['s3:DeleteObject', 's3:PutObject'],
      ...Object.fromEntries(assets.map((asset) => [asset, ['s3:GetObject']])),
    });
    expect(handler.dependsOn).toContain('FrontDoorDashboardUploadRoleDefaultPolicy');
  });

  it('gets assets first, to be kept for ever, then the page that names them, to be asked for anew', () => {
    const [assets, page] = uploads.map(({ properties }) => properties);
    expect(assets).toMatchObject({
      Exclude: ['*'],
      Include: ['assets/*'],
      Prune: false,
      SystemMetadata: { 'cache-control': 'public, max-age=31536000, immutable' },
    });
    expect(page).toMatchObject({
      Exclude: ['assets/*'],
      Prune: true,
      SystemMetadata: { 'cache-control': 'no-cache' },
    });
    expect(uploads[1]?.dependsOn).toContain(uploads[0]?.id);
  });

  it('is emptied, so that it can go, when the stack goes', () => {
    expect(resourceOf(named, 'AWS::S3::Bucket').deletionPolicy).toBe('Delete');
    for (const { properties } of uploads) expect(properties['RetainOnDelete']).toBe(false);
  });

  it('needs files: without them, it is said how they are made', () => {
    const nothing = () =>
      synthesize(
        { frontDoor: true },
        { validate: false, codeOf, region: 'us-east-1', dashboardDirectory: __dirname },
      );
    expect(nothing).toThrow(ConfigurationError);
    expect(nothing).toThrow(/no index\.html: run npm run build:dashboard/);
  });
});

describe('in the app of others', () => {
  const stackIn = (region: string) => new Stack(foreignApp(), 'Foreign', { env: { region } });
  const props = {
    identityProvider: { kind: 'oidc', issuer: 'https://issuer.example.com', audience: 'a' },
    codeOf: () => Code.fromInline('//'),
    dashboardDirectory,
  } as const;

  it("a second one in a stack is refused: it would share the first one's permissions", () => {
    const stack = stackIn('us-east-1');
    new MissionControlRealtime(stack, 'One', { ...props, stage: 'one', frontDoor: true });
    expect(
      () => new MissionControlRealtime(stack, 'Two', { ...props, stage: 'two', frontDoor: true }),
    ).toThrow('A stack has room for one front door');
  });

  it('tells where it is', () => {
    const stack = stackIn('us-east-1');
    const realtime = new MissionControlRealtime(stack, 'Agents', {
      ...props,
      frontDoor: { domainName, certificateArn },
    });
    expect(realtime.webSocketUrl).toBe('wss://your-domain.com');
    expect(realtime.healthUrl).toBe('https://your-domain.com/health');
    expect(realtime.whoamiUrl).toBe('https://your-domain.com/whoami');
    expect(stack.resolve(realtime.frontDoor?.distributionDomainName)).toMatchObject({
      'Fn::GetAtt': [expect.stringContaining('Distribution'), 'DomainName'],
    });
  });
});

function codeOf() {
  return Code.fromInline('// Tests of the template need no code.');
}
