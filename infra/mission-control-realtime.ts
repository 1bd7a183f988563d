// The service as one construct, for the app in this folder and for CDK apps of others.
import path from 'node:path';
import { Duration, Token, Validations } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { bundleFunctions } from './build/bundle';
import { parseDeployment, type RequestedConfiguration } from './config/configuration';
import { parseProvider, type RequestedProvider } from './config/identity';
import type { Parsed } from '../sdk/protocol/parse';
import { resourceName } from './config/names';
import { ConfigurationError } from './config/configuration-error';
import { Broadcast } from './constructs/delivery/broadcast';
import { DashboardUsers } from './constructs/api/dashboard-users';
import { Deliveries } from './constructs/delivery/deliveries';
import { EventBusAccess } from './constructs/delivery/event-bus-access';
import { FrontDoor } from './constructs/front-door/front-door';
import { requirePlaceForFrontDoor } from './constructs/front-door/front-door-place';
import { Heartbeat } from './constructs/delivery/heartbeat';
import { MissionControlHttpApi } from './constructs/api/http-api';
import { MockAgents } from './constructs/delivery/mock-agents';
import { Observability } from './constructs/observability/observability';
import { ServiceFunction, type CodeOf, type Deployment } from './constructs/base/service-function';
import { ServiceQueue } from './constructs/base/service-queue';
import { Store } from './constructs/data/store';
import { UserDisconnection } from './constructs/delivery/user-disconnection';
import { MissionControlWebSocketApi } from './constructs/api/websocket-api';
import type { RequestedFrontDoor } from './config/front-door-settings';

/** The settings of docs/settings.md by name; what is not set has the default that stands there. */
export interface MissionControlRealtimeProps extends Partial<
  Omit<RequestedConfiguration, 'identityProvider' | 'tags' | 'frontDoor'>
> {
  /**
   * Whose tokens open connections: an OpenID Connect issuer, a Cognito user pool (its ids may be tokens of
   * a pool in the same app), or `{ kind: 'cognito-new' }` for a pool that is created.
   */
  readonly identityProvider: RequestedConfiguration['identityProvider'];
  /** CloudFront before it all. Default: none. The stack's `env.region` must be set. */
  readonly frontDoor?: boolean | RequestedFrontDoor;
  /** Where the functions' code comes from. Default: it is bundled now, out of this package. */
  readonly codeOf?: CodeOf;
  /** With `frontDoor`: what `npm run build:dashboard` made. Default: build/dashboard of this package. */
  readonly dashboardDirectory?: string;
}

const builtDashboard = path.resolve(__dirname, '../build/dashboard');

/**
 * Mission Control Realtime. `stage` names its resources: two in one account and region need two stages.
 * @throws {@link ConfigurationError} that lists every setting that is not valid
 */
export class MissionControlRealtime extends Construct {
  /** Where clients connect to. */
  readonly webSocketUrl: string;
  /** Where the state of the service is told. */
  readonly healthUrl: string;
  /** Where clients ask whether their token is good. */
  readonly whoamiUrl: string;
  /** Where backends report events; `eventBus.grantPutEventsTo(…)` lets them. */
  readonly eventBus: EventBus;
  /** Where events that were not broadcast are kept, each with the reason. */
  readonly rejectedEvents: ServiceQueue;
  /** CloudFront before it all, if somebody asked for it; the addresses above are then its own. */
  readonly frontDoor?: FrontDoor;
  /** The user pool that was created, if one was. */
  readonly users?: DashboardUsers;

  constructor(scope: Construct, id: string, props: MissionControlRealtimeProps) {
    super(scope, id);
    const { codeOf: givenCode, dashboardDirectory = builtDashboard, ...given } = props;
    const configuration = checked(given);
    const { frontDoor } = configuration;
    if (frontDoor !== undefined) requirePlaceForFrontDoor(this, frontDoor, dashboardDirectory);
    const codeOf = givenCode ?? bundleFunctions();
    let provider = configuration.identityProvider;
    if (provider.kind === 'cognito-new') {
      this.users = new DashboardUsers(this, 'Users', configuration);
      provider = this.users.identityProvider;
    }
    const deployment: Deployment = {
      configuration: { ...configuration, identityProvider: provider },
      codeOf,
    };
    const store = new Store(this, 'Store', configuration);
    const webSocketApi = new MissionControlWebSocketApi(this, 'WebSocket', {
      ...deployment,
      store,
    });
    this.rejectedEvents = new ServiceQueue(this, 'RejectedEvents', {
      queueName: `${resourceName(configuration)}-rejected-events`,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.rejectedEvents).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason:
        'This is the dead-letter queue of the others: people take messages out of it, no function does.',
    });
    const deliveries = new Deliveries(this, 'Deliveries', {
      ...deployment,
      store,
      webSocketApi,
      deadLetterQueue: this.rejectedEvents,
    });
    const broadcast = new Broadcast(this, 'Broadcast', {
      ...deployment,
      store,
      deliveries,
      rejectedEvents: this.rejectedEvents,
    });
    new UserDisconnection(this, 'UserDisconnection', {
      ...deployment,
      store,
      webSocketApi,
      eventBus: broadcast.eventBus,
      rejectedEvents: this.rejectedEvents,
    });
    new Heartbeat(this, 'Heartbeat', { ...deployment, store, webSocketApi, deliveries });
    // The id is older than /whoami, and the address of the API hangs on it.
    const httpApi = new MissionControlHttpApi(this, 'Health', { ...deployment, store });
    const { eventBus } = broadcast;
    const mockAgents = configuration.useMockData
      ? new MockAgents(this, 'MockAgents', { ...deployment, eventBus })
      : undefined;
    new EventBusAccess(this, 'EventBusAccess', {
      ...{ configuration, eventBus },
      ownReporterArns: mockAgents === undefined ? [] : [mockAgents.roleArn],
    });
    new Observability(this, 'Observability', {
      configuration,
      tableName: store.tableName,
      apiId: webSocketApi.apiId,
      deadLettersName: this.rejectedEvents.queueName,
      functions: this.node.findAll().filter((each) => each instanceof ServiceFunction),
    });
    this.webSocketUrl = webSocketApi.url;
    this.healthUrl = httpApi.healthUrl;
    this.whoamiUrl = httpApi.whoamiUrl;
    this.eventBus = broadcast.eventBus;
    if (frontDoor === undefined) return;
    this.frontDoor = new FrontDoor(this, 'FrontDoor', {
      configuration,
      settings: frontDoor,
      webSocketDomainName: webSocketApi.domainName,
      httpDomainName: httpApi.domainName,
      dashboardDirectory,
    });
    this.webSocketUrl = `wss://${this.frontDoor.domainName}`;
    this.healthUrl = `https://${this.frontDoor.domainName}/health`;
    this.whoamiUrl = `https://${this.frontDoor.domainName}/whoami`;
  }
}

function checked(
  props: Omit<MissionControlRealtimeProps, 'codeOf' | 'dashboardDirectory'>,
): RequestedConfiguration {
  const { identityProvider, ...settings } = props;
  const { reporterArns = [], operatorArns = [] } = settings;
  const parsed = parseDeployment(
    {
      ...settings,
      reporterArns: reporterArns.filter(isWritten),
      operatorArns: operatorArns.filter(isWritten),
    },
    checkedProvider(identityProvider),
  );
  if (!parsed.ok) throw new ConfigurationError(parsed.faults);
  return { ...parsed.value, reporterArns, operatorArns };
}

/** What CloudFormation will fill in can only be checked by the function that gets it. */
function checkedProvider(provider: RequestedProvider): Parsed<RequestedProvider> {
  const { kind, ...settings } = provider;
  const isCheckedLater = kind === 'cognito-new' || Object.values(settings).some(Token.isUnresolved);
  return isCheckedLater ? { ok: true, value: provider } : parseProvider(settings);
}

/** Not an ARN of a role of the same app, which CloudFormation will fill in. */
function isWritten(arn: string): boolean {
  return !Token.isUnresolved(arn);
}
