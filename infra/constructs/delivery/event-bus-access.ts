// Who may put events and operators' events on the bus: only the principals that a deployment names, if it names any.
import { Token } from 'aws-cdk-lib';
import { CfnEventBusPolicy, type EventBus } from 'aws-cdk-lib/aws-events';
import { ArnPrincipal, Effect, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';

export interface EventBusAccessProps {
  readonly eventBus: EventBus;
  readonly configuration: Pick<
    Configuration,
    'eventSource' | 'operatorSource' | 'reporterArns' | 'operatorArns'
  >;
  /** The ARNs of the service's own roles that report events. A deployment does not have to name them. */
  readonly ownReporterArns: readonly string[];
}

/**
 * A principal of the bus's account needs no policy of the bus, because its own policy may allow PutEvents. So all others
 * have to be denied. The policy concerns PutEvents only, so it cannot lock out those who may change it.
 */
export class EventBusAccess extends Construct {
  constructor(scope: Construct, id: string, props: EventBusAccessProps) {
    super(scope, id);
    const { eventBus, configuration, ownReporterArns } = props;
    const { eventSource, operatorSource, reporterArns, operatorArns } = configuration;
    const { eventBusArn } = eventBus;
    const statements = [
      ...statementsFor(eventBusArn, {
        who: 'Reporters',
        source: eventSource,
        named: reporterArns,
        own: ownReporterArns,
      }),
      ...statementsFor(eventBusArn, {
        who: 'Operators',
        source: operatorSource,
        named: operatorArns,
        own: [],
      }),
    ];
    let previous: CfnEventBusPolicy | undefined;
    for (const statement of statements) {
      const { sid = '' } = statement;
      const policy = new CfnEventBusPolicy(this, sid, {
        eventBusName: eventBus.eventBusName,
        statementId: sid,
        statement: statement.toJSON() as unknown,
      });
      // One after the other: a bus rejects simultaneous changes with a ConcurrentModificationException.
      // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
      if (previous !== undefined) policy.addResourceDependency(previous);
      previous = policy;
    }
  }
}

interface SourceAccess {
  readonly who: 'Reporters' | 'Operators';
  readonly source: string;
  /** ARNs of the principals that a deployment names. */
  readonly named: readonly string[];
  /** ARNs of the service's own roles. */
  readonly own: readonly string[];
}

/** Allows the named principals and the service's own roles to put events of a source on the bus, and denies all others. */
function statementsFor(
  eventBusArn: string,
  { who, source, named, own }: SourceAccess,
): PolicyStatement[] {
  if (named.length === 0) return [];
  const putEvents = { actions: ['events:PutEvents'], resources: [eventBusArn] };
  const onlyThem = new PolicyStatement({
    sid: `Only${who}`,
    effect: Effect.DENY,
    principals: [new StarPrincipal()],
    ...putEvents,
    conditions: {
      // A request has up to ten entries, and one entry of this source is enough. Principals without an ARN are denied, too:
      // AWS services, such as a rule of another bus without a role.
      'ForAnyValue:StringEquals': { 'events:source': source },
      ArnNotLike: { 'aws:PrincipalArn': [...named, ...own] },
    },
  });
  const written = named.filter((arn) => !Token.isUnresolved(arn));
  if (written.length === 0) return [onlyThem];
  // Principals of other accounts need an Allow of the bus as well as one of their own account. In this account it has no effect.
  const ofAccounts = new PolicyStatement({
    sid: `${who}OfAccounts`,
    principals: [...new Set(written.map(accountRootOf))].map((arn) => new ArnPrincipal(arn)),
    ...putEvents,
    conditions: {
      'ForAllValues:StringEquals': { 'events:source': source },
      ArnLike: { 'aws:PrincipalArn': written },
    },
  });
  return [onlyThem, ofAccounts];
}

/** The account of a principal, as a policy names it. */
function accountRootOf(arn: string): string {
  return arn.replace(/:(role|user)\/.*$/, ':root');
}
