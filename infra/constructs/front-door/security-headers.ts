// The security headers of all responses of the front door.
import { Duration } from 'aws-cdk-lib';
import {
  HeadersFrameOption,
  HeadersReferrerPolicy,
  ResponseHeadersPolicy,
  type ResponseHeadersCorsBehavior,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import type { FrontDoorSettings } from '../../config/front-door-settings';
import { globalName } from '../base/global-name';

export interface SecurityHeadersProps {
  readonly configuration: Pick<Configuration, 'stage' | 'allowedOrigins'>;
  readonly settings: FrontDoorSettings;
}

export class SecurityHeaders extends ResponseHeadersPolicy {
  constructor(scope: Construct, id: string, { configuration, settings }: SecurityHeadersProps) {
    const { allowedOrigins } = configuration;
    super(scope, id, {
      responseHeadersPolicyName: globalName(scope, configuration),
      // It is not documented whether throttled responses (429) of API Gateway have CORS headers, so CloudFront adds them.
      ...(allowedOrigins.length > 0 && { corsBehavior: corsBehavior(allowedOrigins) }),
      comment: 'Mission Control: no foreign content, no framing, TLS only',
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: contentSecurityPolicy(settings),
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        // Without subdomains, which others may serve.
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(365),
          override: true,
        },
      },
      customHeadersBehavior: {
        customHeaders: [
          {
            header: 'Permissions-Policy',
            value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
            override: true,
          },
          { header: 'Cross-Origin-Opener-Policy', value: 'same-origin', override: true },
          { header: 'Cross-Origin-Resource-Policy', value: 'same-origin', override: true },
        ],
      },
    });
  }
}

function corsBehavior(allowedOrigins: readonly string[]): ResponseHeadersCorsBehavior {
  return {
    accessControlAllowOrigins: [...allowedOrigins],
    accessControlAllowMethods: ['GET', 'HEAD'],
    accessControlAllowHeaders: ['authorization'],
    accessControlAllowCredentials: false,
    accessControlMaxAge: Duration.hours(1),
    // The HTTP API sends the same headers, and browsers reject duplicates.
    originOverride: true,
  };
}

/** The Content-Security-Policy of the page, which may only connect to the hosts of this deployment. */
function contentSecurityPolicy({ domainName, token }: FrontDoorSettings): string {
  const connections = [
    // The page's host, including WebSocket: https://www.w3.org/TR/CSP3/#match-url-to-source-expression
    "'self'",
    // Older versions of Safari need the WebSocket URL. It is left out for CloudFront's domain name, which is not known yet.
    ...(domainName === undefined ? [] : [`wss://${domainName}`]),
    ...(token.kind === 'oauth' ? [new URL(token.tokenUrl).origin] : []),
    ...(token.kind === 'endpoint' ? [new URL(token.url).origin] : []),
  ];
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    `connect-src ${[...new Set(connections)].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}
