// Who may report on the bus, and who may send operators' events: named principals alone, if a deployment names some.
import { Token } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { ArnPrincipal, Effect, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Configuration } from '../configuration';

export interface EventBusAccessProps {
  readonly eventBus: EventBus;
  readonly configuration: Pick<
    Configuration,
    'eventSource' | 'operatorSource' | 'reporterArns' | 'operatorArns'
  >;
  /** The ARNs of our own roles that report, which nobody has to name. */
  readonly ownReporterArns: readonly string[];
}

/**
 * A principal of the bus's account needs no policy of the bus: its own allows it. So it takes a Deny to keep the others
 * out. The policy is about PutEvents alone: whoever may change it still may, whatever it says.
 */
export class EventBusAccess extends Construct {
  constructor(scope: Construct, id: string, props: EventBusAccessProps) {
    super(scope, id);
    const { eventBus, configuration, ownReporterArns } = props;
    const { eventSource, operatorSource, reporterArns, operatorArns } = configuration;
    if (reporterArns.length > 0) {
      permit(eventBus, 'Reporters', eventSource, reporterArns, ownReporterArns);
    }
    if (operatorArns.length > 0) permit(eventBus, 'Operators', operatorSource, operatorArns, []);
  }
}

function permit(
  eventBus: EventBus,
  who: 'Reporters' | 'Operators',
  source: string,
  named: readonly string[],
  own: readonly string[],
): void {
  const putEvents = { actions: ['events:PutEvents'], resources: [eventBus.eventBusArn] };
  eventBus.addToResourcePolicy(
    new PolicyStatement({
      sid: `Only${who}`,
      effect: Effect.DENY,
      principals: [new StarPrincipal()],
      ...putEvents,
      conditions: {
        // A request has up to ten entries: one of this source among them is enough. So does it take an AWS service,
        // which has no ARN, such as a rule of another bus without a role.
        'ForAnyValue:StringEquals': { 'events:source': source },
        ArnNotLike: { 'aws:PrincipalArn': [...named, ...own] },
      },
    }),
  );
  const written = named.filter((arn) => !Token.isUnresolved(arn));
  if (written.length === 0) return;
  // Those of other accounts need the bus's leave beside their own account's. In this account it means nothing.
  eventBus.addToResourcePolicy(
    new PolicyStatement({
      sid: `${who}OfAccounts`,
      principals: [...new Set(written.map(accountRootOf))].map((arn) => new ArnPrincipal(arn)),
      ...putEvents,
      conditions: {
        'ForAllValues:StringEquals': { 'events:source': source },
        ArnLike: { 'aws:PrincipalArn': written },
      },
    }),
  );
}

/** The account of a principal, as a policy names it. */
function accountRootOf(arn: string): string {
  return arn.replace(/:(role|user)\/.*$/, ':root');
}
