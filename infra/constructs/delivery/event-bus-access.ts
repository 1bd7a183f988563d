// The resource policy of the event bus: only the configured principals may put events on it, if any are configured.
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
  /** ARNs of the service's own roles that report events. They need not be configured. */
  readonly ownReporterArns: readonly string[];
}

/**
 * Restricts PutEvents. Principals of the bus's account do not need the policy of the bus, because their own policies can allow
 * PutEvents. Therefore all other principals must be denied. Only PutEvents is denied, so administrators can still change the policy.
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
      // Statements are created one after the other: a bus rejects concurrent changes with ConcurrentModificationException.
      // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
      if (previous !== undefined) policy.addResourceDependency(previous);
      previous = policy;
    }
  }
}

interface SourceAccess {
  readonly who: 'Reporters' | 'Operators';
  readonly source: string;
  /** ARNs of the configured principals. */
  readonly named: readonly string[];
  /** ARNs of the service's own roles. */
  readonly own: readonly string[];
}

/** The statements that allow only the configured principals and the service's own roles to put events of a source on the bus. */
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
      // A request can have several entries, and is denied if one of them has this source. Principals without an ARN are denied,
      // too: AWS services, such as a rule of another bus without a role.
      'ForAnyValue:StringEquals': { 'events:source': source },
      ArnNotLike: { 'aws:PrincipalArn': [...named, ...own] },
    },
  });
  const written = named.filter((arn) => !Token.isUnresolved(arn));
  if (written.length === 0) return [onlyThem];
  // Principals of other accounts need an Allow of the bus and of their own account. Principals of this account do not need it.
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

/** The ARN of the account of a principal, for policies. */
function accountRootOf(arn: string): string {
  return arn.replace(/:(role|user)\/.*$/, ':root');
}
