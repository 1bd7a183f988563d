// The front door: CloudFront with one domain name for the WebSocket API, the HTTP API, and the dashboard's files.
import { Stack, Validations } from 'aws-cdk-lib';
import {
  CachePolicy,
  CfnDistribution,
  OriginRequestPolicy,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
} from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import type { FrontDoorSettings } from '../../config/front-door-settings';
import { assetsFolder, DashboardFiles } from './dashboard-files';
import { EdgeFirewall } from './edge-firewall';
import { EdgeLog } from './edge-log';
import { FrontDoorFunction, originIds } from './front-door-function';
import { edgeRegion } from './front-door-place';
import { globalName } from '../base/global-name';
import { SecurityHeaders } from './security-headers';

/** Status codes of errors that CloudFront would cache for ten seconds by default. */
const cachedErrors = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

const everyMethod = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];

export interface FrontDoorProps {
  readonly configuration: Pick<
    Configuration,
    'stage' | 'logRetentionDays' | 'allowedOrigins' | 'reportScope'
  >;
  readonly settings: FrontDoorSettings;
  /** The host names of the two APIs. */
  readonly webSocketDomainName: string;
  readonly httpDomainName: string;
  /** The output of `npm run build:dashboard`. */
  readonly dashboardDirectory: string;
}

export class FrontDoor extends Construct {
  /** The host name for people and clients, e.g. `your-domain.com`. */
  readonly domainName: string;
  /** The target of that name's DNS record. */
  readonly distributionDomainName: string;
  readonly webSocketUrl: string;
  readonly healthUrl: string;
  readonly whoamiUrl: string;
  /** Where backends report, if `reportScope` is set. */
  readonly reportUrl: string;

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id);
    const { configuration, settings } = props;
    const isAtTheEdge = Stack.of(this).region === edgeRegion;
    const files = new DashboardFiles(this, 'Dashboard', {
      configuration,
      directory: props.dashboardDirectory,
    });
    const distribution = new CfnDistribution(this, 'Distribution', {
      distributionConfig: {
        enabled: true,
        // CloudFront lists the distributions of all regions together, so the comment contains the region.
        comment: `Mission Control, stage ${configuration.stage}, ${Stack.of(this).region}`,
        httpVersion: 'http2and3',
        ipv6Enabled: true,
        webAclId: settings.webAclArn ?? new EdgeFirewall(this, 'Firewall', configuration).webAclArn,
        ...this.address(settings),
        origins: this.origins(props, files),
        ...this.behaviors(configuration, settings),
        customErrorResponses: cachedErrors.map((errorCode) => ({
          errorCode,
          errorCachingMinTtl: 0,
        })),
      },
    });
    this.distributionDomainName = distribution.attrDomainName;
    this.domainName = settings.domainName ?? distribution.attrDomainName;
    this.webSocketUrl = `wss://${this.domainName}`;
    this.healthUrl = `https://${this.domainName}/health`;
    this.whoamiUrl = `https://${this.domainName}/whoami`;
    this.reportUrl = `https://${this.domainName}/events`;
    const distributionArn = Stack.of(this).formatArn({
      service: 'cloudfront',
      region: '',
      resource: 'distribution',
      resourceName: distribution.ref,
    });
    files.bucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: [files.bucket.arnForObjects('*')],
        conditions: { StringEquals: { 'aws:SourceArn': distributionArn } },
      }),
    );
    files.upload({
      webSocketUrl: this.webSocketUrl,
      whoamiUrl: this.whoamiUrl,
      token: settings.token,
    });
    if (isAtTheEdge) new EdgeLog(this, 'Log', distributionArn, configuration);
    acknowledge(distribution, settings, isAtTheEdge);
  }

  /** The custom domain name and its certificate, or CloudFront's domain name if there is none. */
  private address({ domainName, certificateArn }: FrontDoorSettings) {
    if (domainName === undefined || certificateArn === undefined) {
      return { viewerCertificate: { cloudFrontDefaultCertificate: true } };
    }
    return {
      aliases: [domainName],
      viewerCertificate: {
        acmCertificateArn: certificateArn,
        sslSupportMethod: 'sni-only',
        // TLS 1.2 or later, only with forward secrecy.
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      },
    };
  }

  private origins(props: FrontDoorProps, { bucket }: DashboardFiles) {
    const api = (id: string, domainName: string) => ({
      id,
      domainName,
      customOriginConfig: { originProtocolPolicy: 'https-only', originSslProtocols: ['TLSv1.2'] },
    });
    const access = new S3OriginAccessControl(this, 'DashboardAccess', {
      originAccessControlName: globalName(this, props.configuration),
      description: 'Mission Control: CloudFront signs what it asks of the bucket',
    });
    return [
      api(originIds.webSocket, props.webSocketDomainName),
      api(originIds.http, props.httpDomainName),
      {
        id: originIds.dashboard,
        domainName: bucket.bucketRegionalDomainName,
        s3OriginConfig: { originAccessIdentity: '' },
        originAccessControlId: access.originAccessControlId,
      },
    ];
  }

  /** The default behavior, whose function selects the origin, and a behavior with caching for the assets, which never change. */
  private behaviors(configuration: FrontDoorProps['configuration'], settings: FrontDoorSettings) {
    const common = {
      viewerProtocolPolicy: 'redirect-to-https',
      compress: true,
      responseHeadersPolicyId: new SecurityHeaders(this, 'Headers', { configuration, settings })
        .responseHeadersPolicyId,
    };
    const { stage, reportScope } = configuration;
    const acceptsReports = reportScope !== undefined;
    const { functionArn } = new FrontDoorFunction(this, 'Function', { stage, acceptsReports });
    return {
      defaultCacheBehavior: {
        ...common,
        // OPTIONS is for preflight requests of pages of other origins that use /whoami.
        // CloudFront knows three sets of methods: only the one of all methods has POST, and the function refuses the others.
        allowedMethods: acceptsReports ? everyMethod : ['GET', 'HEAD', 'OPTIONS'],
        targetOriginId: originIds.webSocket,
        // Refused handshakes and current data must not be cached.
        cachePolicyId: CachePolicy.CACHING_DISABLED.cachePolicyId,
        // Tokens are in the query string or in two headers, so these are forwarded. The Host header is not, because API Gateway
        // identifies an API by its own host name.
        // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
        originRequestPolicyId:
          OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.originRequestPolicyId,
        functionAssociations: [{ eventType: 'viewer-request', functionArn }],
      },
      cacheBehaviors: [
        {
          ...common,
          allowedMethods: ['GET', 'HEAD'],
          pathPattern: `/${assetsFolder}/*`,
          targetOriginId: originIds.dashboard,
          // Assets are compressed and cached by path only. The bucket gets neither query string nor headers.
          cachePolicyId: CachePolicy.CACHING_OPTIMIZED.cachePolicyId,
        },
      ],
    };
  }
}

function acknowledge(
  distribution: CfnDistribution,
  { domainName }: FrontDoorSettings,
  isAtTheEdge: boolean,
): void {
  Validations.of(distribution).acknowledge(
    {
      id: 'AwsSolutions-CFR1',
      reason:
        'Access is decided by the token, not by the country: people travel. A deployment that has to exclude ' +
        'countries sets a web ACL of its own.',
    },
    {
      id: 'AwsSolutions-CFR3',
      reason: isAtTheEdge
        ? 'The rule knows the older kind of log alone, which always has query strings, and so tokens. This ' +
          'distribution has the newer kind, delivered to CloudWatch without them (edge-log.ts).'
        : 'The older kind of log always has query strings, and so tokens; the newer kind can be made in us-east-1 ' +
          'alone, where this stack is not. docs/front-door.md has the commands that make it.',
    },
  );
  if (domainName !== undefined) return;
  Validations.of(distribution).acknowledge({
    id: 'AwsSolutions-CFR4',
    reason:
      "The protocols of the certificate of CloudFront's own domain name cannot be chosen: it is for trials. " +
      'With domainName and certificateArn, TLS 1.2 is the least. ' +
      'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html',
  });
}
