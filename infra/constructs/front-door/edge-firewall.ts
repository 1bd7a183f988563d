// The AWS WAF web ACL of the front door, which limits the requests of one IP address.
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';

/** The window of the rate rule, in seconds. */
const windowSeconds = 300;

/**
 * The limit of requests of one IP address within the window. A page makes about five requests, including its handshake, and hundreds
 * of people may share the address of an office. Messages over an open WebSocket are not counted.
 */
const requestsPerWindow = 2_000;

/** The same for POST /events: backends, many of which may share an address, send more requests than people. */
const reportsPerWindow = 60_000;

export class EdgeFirewall extends Construct {
  readonly webAclArn: string;

  constructor(
    scope: Construct,
    id: string,
    configuration: Pick<Configuration, 'stage' | 'reportScope'>,
  ) {
    super(scope, id);
    const name = `${resourceName(configuration)}-front-door`;
    // There are neither logs nor samples, because both contain the query string and the headers of a request, and therefore its
    // token. A metric counts blocked requests, and CloudFront's log has them with status 429.
    // https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing-view-sample.html
    const visibilityConfig = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
      metricName,
    });
    const rule = (ruleName: string, priority: number, limited: LimitedRequests) => ({
      name: ruleName,
      priority,
      statement: {
        rateBasedStatement: {
          aggregateKeyType: 'IP',
          evaluationWindowSec: windowSeconds,
          ...limited,
        },
      },
      action: { block: { customResponse: { responseCode: 429 } } },
      visibilityConfig: visibilityConfig(`${name}-${ruleName}`),
    });
    const acceptsReports = configuration.reportScope !== undefined;
    const acl = new CfnWebACL(this, 'WebAcl', {
      name,
      description: 'Mission Control: requests of one address are limited',
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibilityConfig(name),
      rules: [
        rule('requests-per-address', 0, {
          limit: requestsPerWindow,
          ...(acceptsReports && { scopeDownStatement: { notStatement: { statement: reports } } }),
        }),
        ...(acceptsReports
          ? [
              rule('reports-per-address', 1, {
                limit: reportsPerWindow,
                scopeDownStatement: reports,
              }),
            ]
          : []),
      ],
    });
    this.webAclArn = acl.attrArn;
  }
}

type LimitedRequests = Pick<CfnWebACL.RateBasedStatementProperty, 'limit' | 'scopeDownStatement'>;

const isExactly = (fieldToMatch: CfnWebACL.FieldToMatchProperty, searchString: string) => ({
  byteMatchStatement: {
    fieldToMatch,
    positionalConstraint: 'EXACTLY',
    searchString,
    textTransformations: [{ priority: 0, type: 'NONE' }],
  },
});

/** Matches POST /events. */
const reports: CfnWebACL.StatementProperty = {
  andStatement: {
    statements: [isExactly({ method: {} }, 'POST'), isExactly({ uriPath: {} }, '/events')],
  },
};
