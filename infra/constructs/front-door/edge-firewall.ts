// WAF in front of the front door: limits the requests of one address.
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';

/** The window of the rate rule, in seconds. */
const windowSeconds = 300;

/**
 * Requests of one address within the window. A page is about five of them, with its handshake, and hundreds of
 * people sit behind one address of an office; messages over an open WebSocket are not counted.
 */
const requestsPerWindow = 2_000;

export class EdgeFirewall extends Construct {
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, configuration: Pick<Configuration, 'stage'>) {
    super(scope, id);
    const name = `${resourceName(configuration)}-front-door`;
    // Neither logs nor samples: both show the query string and the headers of a request, and so its token.
    // How often the rule blocks is a metric, and whom is in CloudFront's log, with status 429.
    // https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing-view-sample.html
    const visibilityConfig = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
      metricName,
    });
    const acl = new CfnWebACL(this, 'WebAcl', {
      name,
      description: 'Mission Control: requests of one address are limited',
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibilityConfig(name),
      rules: [
        {
          name: 'requests-per-address',
          priority: 0,
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              evaluationWindowSec: windowSeconds,
              limit: requestsPerWindow,
            },
          },
          action: { block: { customResponse: { responseCode: 429 } } },
          visibilityConfig: visibilityConfig(`${name}-requests-per-address`),
        },
      ],
    });
    this.webAclArn = acl.attrArn;
  }
}
