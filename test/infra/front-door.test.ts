// The front door: addresses, origins, TLS, firewall, logs, response headers, CORS and the dashboard's bucket.
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

it('without the setting frontDoor, the stack has no front door', () => {
  const { template } = synthesize();
  for (const type of ['AWS::CloudFront::Distribution', 'AWS::S3::Bucket', 'AWS::WAFv2::WebACL']) {
    expect(resourcesOf(template, type)).toEqual([]);
  }
  expect(outputsOf(template)).not.toHaveProperty('DashboardUrl');
});

describe('addresses', () => {
  it('have the domain name, if one is set', () => {
    expect(outputsOf(named)).toMatchObject({
      WebSocketUrl: { Value: 'wss://your-domain.com' },
      HealthUrl: { Value: 'https://your-domain.com/health' },
      WhoamiUrl: { Value: 'https://your-domain.com/whoami' },
      DashboardUrl: { Value: 'https://your-domain.com' },
    });
    expect(distributionOf(named)['Aliases']).toEqual([domainName]);
  });

  it('have the domain name of the distribution, if none is set', () => {
    expect(JSON.stringify(outputsOf(unnamed)['WebSocketUrl']?.Value)).toMatch(
      /"wss:\/\/",\{"Fn::GetAtt":\["RealtimeFrontDoorDistribution\w+","DomainName"\]\}/,
    );
    expect(distributionOf(unnamed)).not.toHaveProperty('Aliases');
  });

  it('do not change the URL that functions post to: that of the stage', () => {
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

  it('go to the origin that the CloudFront function selects; the default is the WebSocket API', () => {
    expect(behavior['TargetOriginId']).toBe('websocket');
    expect(behavior['FunctionAssociations']).toEqual([
      { EventType: 'viewer-request', FunctionARN: '${FrontDoorFunction.FunctionARN}' },
    ]);
    expect(resourceOf(named, 'AWS::CloudFront::Function').properties).toMatchObject({
      AutoPublish: true,
      FunctionCode: frontDoorCode({ stage: 'live', acceptsReports: false }),
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
    });
  });

  it('have three origins: the WebSocket API, the HTTP API and the bucket', () => {
    const tls = { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] };
    expect(origins).toEqual([
      {
        Id: 'websocket',
        DomainName: '${WebSocketApi}.execute-api.us-east-1.${AWS::URLSuffix}',
        CustomOriginConfig: tls,
      },
      {
        // The id of the first version, which existing deployments have.
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

  it('are GET, HEAD or OPTIONS, reach the origin unchanged except for the host, and are not cached', () => {
    expect(behavior).toMatchObject({
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
      // Managed-CachingDisabled and Managed-AllViewerExceptHostHeader; their ids are the same in all accounts.
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    });
    const errors = others['CustomErrorResponses'] as { ErrorCode: number }[];
    expect(errors.map(({ ErrorCode }) => ErrorCode)).toEqual(
      expect.arrayContaining([403, 404, 500, 502, 503, 504]),
    );
    for (const error of errors) expect(error).toMatchObject({ ErrorCachingMinTTL: 0 });
  });

  it('for /assets/* go to the bucket, and are cached by path only', () => {
    const [assets, ...more] = others['CacheBehaviors'] as Record<string, unknown>[];
    expect(more).toEqual([]);
    expect(assets).toMatchObject({
      PathPattern: '/assets/*',
      TargetOriginId: 'dashboard',
      // Managed-CachingOptimized: the cache key has neither headers nor cookies nor the query string.
      CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      AllowedMethods: ['GET', 'HEAD'],
      Compress: true,
      ViewerProtocolPolicy: 'redirect-to-https',
      ResponseHeadersPolicyId: '${FrontDoorHeaders}',
    });
    expect(assets).not.toHaveProperty('OriginRequestPolicyId');
  });

  it('use TLS 1.2 or later, with the certificate that is set', () => {
    expect(behavior['ViewerProtocolPolicy']).toBe('redirect-to-https');
    expect(others['ViewerCertificate']).toEqual({
      AcmCertificateArn: certificateArn,
      MinimumProtocolVersion: 'TLSv1.2_2021',
      SslSupportMethod: 'sni-only',
    });
  });
});

describe('the firewall', () => {
  it('limits the requests of one IP address, and stores no sampled requests, which would contain tokens', () => {
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

  it('can be an existing web ACL', () => {
    const { template } = synthesize({ frontDoor: { webAclArn } });
    expect(distributionOf(template)['WebACLId']).toBe(webAclArn);
    expect(resourcesOf(template, 'AWS::WAFv2::WebACL')).toEqual([]);
  });

  it('can be created in us-east-1 only; for another or an unknown region, synthesis fails', () => {
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
  it('goes to CloudWatch without the query string and other fields that can contain a token', () => {
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

  it('is not a standard log of the older version, which always has query strings', () => {
    expect(distributionOf(named)).not.toHaveProperty('Logging');
  });

  it('is not part of the stack outside us-east-1, where CloudFront cannot deliver it', () => {
    const far = synthesize(
      { frontDoor: { webAclArn } },
      { validate: false, codeOf, dashboardDirectory, region: 'eu-central-1' },
    ).template;
    expect(resourcesOf(far, 'AWS::Logs::Delivery')).toEqual([]);
    expect(distributionOf(far)).not.toHaveProperty('Logging');
  });
});

describe('response headers', () => {
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

  it('allow scripts, styles and connections of the front door only', () => {
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

  it('allow connections to the configured source of tokens', () => {
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

  it('require TLS, and forbid content sniffing, framing and referrers', () => {
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
  /**
   * The types whose names are global in an account, and the property with the name; undefined if CloudFormation generates
   * the name.
   */
  const globalNames: Readonly<Record<string, string | undefined>> = {
    'AWS::CloudFront::Distribution': undefined,
    'AWS::CloudFront::Function': 'Name',
    'AWS::CloudFront::OriginAccessControl': 'OriginAccessControlConfig.Name',
    'AWS::CloudFront::ResponseHeadersPolicy': 'ResponseHeadersPolicyConfig.Name',
    'AWS::CloudWatch::Dashboard': 'DashboardName',
    // The name of a role's policy is unique within the role.
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

  it('no resource has the same global name', () => {
    const [here, there] = [namesIn('us-east-1'), namesIn('eu-central-1')];
    expect(here).toHaveLength(4);
    expect(here.filter((name) => there.includes(name))).toEqual([]);
    for (const name of here) expect(name).toContain('us-east-1');
    // In the console, the comment identifies a distribution.
    expect(distributionOf(named)['Comment']).toBe('Mission Control, stage live, us-east-1');
  });
});

describe('CORS', () => {
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

  it('allows the configured origins, also for responses of CloudFront; the API allows the own domain, too', () => {
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

  it('is off at CloudFront without allowedOrigins, and at the API with neither allowedOrigins nor a domain name', () => {
    expect(corsOf(named).edge).toBeUndefined();
    expect(corsOf(unnamed)).toEqual({ api: undefined, edge: undefined });
  });
});

describe("the dashboard's bucket", () => {
  const uploads = resourcesOf(named, 'Custom::CDKBucketDeployment');

  it('is read by this distribution only, over TLS', () => {
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

  it('is filled by a function with only the permissions for it', () => {
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

  it('gets the assets first, with an immutable cache header, then the page that refers to them, with no-cache', () => {
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

  it('is emptied and deleted when the stack is deleted', () => {
    expect(resourceOf(named, 'AWS::S3::Bucket').deletionPolicy).toBe('Delete');
    for (const { properties } of uploads) expect(properties['RetainOnDelete']).toBe(false);
  });

  it('needs files: without them, the error names the command that builds them', () => {
    const nothing = () =>
      synthesize(
        { frontDoor: true },
        { validate: false, codeOf, region: 'us-east-1', dashboardDirectory: __dirname },
      );
    expect(nothing).toThrow(ConfigurationError);
    expect(nothing).toThrow(/no index\.html: run npm run build:dashboard/);
  });
});

describe('in another CDK app', () => {
  const stackIn = (region: string) => new Stack(foreignApp(), 'Foreign', { env: { region } });
  const props = {
    identityProvider: { kind: 'oidc', issuer: 'https://issuer.example.com', audience: 'a' },
    codeOf: () => Code.fromInline('//'),
    dashboardDirectory,
  } as const;

  it("rejects a second front door in a stack, which would share the first one's permissions", () => {
    const stack = stackIn('us-east-1');
    new MissionControlRealtime(stack, 'One', { ...props, stage: 'one', frontDoor: true });
    expect(
      () => new MissionControlRealtime(stack, 'Two', { ...props, stage: 'two', frontDoor: true }),
    ).toThrow('A stack has room for one front door');
  });

  it('provides its URLs and the domain name of its distribution', () => {
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
