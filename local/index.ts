// Starts the whole stack on this machine, for `npm start` and for tests.
// Callers import this file only. The command line is in commands/; the other folders implement the stack.
import type { Configuration } from '#infra/config/configuration';
import type { MissionControlRealtimeProps } from '#infra/mission-control-realtime';
import { showDashboard } from './gateway/pages/dashboard';
import { deploy, type Deployment, type DeploymentTestHooks } from './deploy/deployment';
import { openGateway } from './gateway/gateway';
import {
  issuerDocuments,
  jwksPath,
  localAudience,
  localIssuer,
  localReportScope,
  openIssuer,
  type TokenOptions,
} from './issuer/issuer';
import type { LocalFunction } from './lambda/local-function';
import type { WriteLogLine } from './support/log-line';
import { Disposables } from './support/disposables';
import { exampleTeam } from './support/example-team';
import { localClientConfiguration } from './aws/endpoint/client-configuration';
import { synthesize } from './deploy/synthesize';

export type { TokenOptions } from './issuer/issuer';
export type { AnsweredRequest } from './aws/endpoint/answer-request';
export type { ScheduledCall } from './aws/scheduler/schedule';
export type { LogLine } from './support/log-line';

/** The settings of a deployment, except for those with their own option in {@link LocalStackOptions}. */
export type LocalSettings = Partial<
  Omit<Configuration, 'stage' | 'identityProvider' | 'gatewayUrl' | 'useMockData' | 'sources'>
> & {
  /** As an object, or as JSON text. */
  readonly sources?: MissionControlRealtimeProps['sources'] | string;
};

export interface LocalStackOptions {
  /** The port for WebSocket and HTTP. Default: 0, which means any free port. */
  readonly port?: number;
  /** The port of the AWS endpoint. Default: 0, which means any free port. */
  readonly awsPort?: number;
  /** Whether mock agents report events. Default: false. */
  readonly mockData?: boolean;
  /** The URL of the agent gateway that `/health` checks. Default: none. */
  readonly gatewayUrl?: string;
  /** Settings of the service, e.g. `heartbeatSeconds`. Default: those of a deployment. */
  readonly settings?: LocalSettings;
  /** The `iss` of an external issuer, which replaces the local one. Requires `audience`. */
  readonly issuer?: string;
  /** The `aud` of the external issuer's tokens. */
  readonly audience?: string;
  /** The URL of the external issuer's keys. Default: found by discovery. */
  readonly jwksUri?: string;
  /** The directory in which the local issuer stores its key. Default: `.local` in the project. */
  readonly stateDirectory?: string;
  /** Called with each line that a function prints or that the stack reports. Default: lines are dropped. */
  readonly log?: WriteLogLine;
  readonly testing?: LocalStackTestHooks;
}

/** Options for tests only. */
export interface LocalStackTestHooks extends DeploymentTestHooks {
  /** Seconds without data in either direction after which a connection is closed. Default: 600, as on AWS. */
  readonly idleTimeoutSeconds?: number;
  /** Seconds after which every connection is closed. Default: 7200, as on AWS. */
  readonly maxConnectionSeconds?: number;
  /** Seconds that the gateway waits for the close frame of a client that it has closed. Default: 2. */
  readonly closeTimeoutSeconds?: number;
}

export interface LocalStack {
  /** e.g. `ws://localhost:3000` */
  readonly webSocketUrl: string;
  /** e.g. `http://localhost:3000` */
  readonly httpUrl: string;
  /** e.g. `http://localhost:3000/health` */
  readonly healthUrl: string;
  /** e.g. `http://localhost:3000/whoami` */
  readonly whoamiUrl: string;
  /** e.g. `http://localhost:3000/events` */
  readonly reportUrl: string;
  /** e.g. `http://localhost:4566` */
  readonly awsEndpointUrl: string;
  readonly eventBusName: string;
  /** The configuration for clients of the AWS SDK: endpoint, region and credentials. */
  readonly clientConfiguration: ReturnType<typeof localClientConfiguration>;
  /** The template's outputs by name, with local addresses. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The functions by name. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  /** The template's alarms with their current states. */
  readonly alarms: Deployment['alarms'];
  /** Makes requests to the AWS endpoint fail until the returned function is called. */
  readonly injectFault: Deployment['injectFault'];
  /** Creates a token of the local issuer. A stack with an external issuer does not accept it. */
  readonly mintToken: (options?: TokenOptions) => Promise<string>;
  /** The JSON body of `/health`, whose counts may be up to five seconds old. */
  health(): Promise<Record<string, unknown>>;
  /** Closes all connections with the code 1001 and stops everything, within about a second. */
  close(): Promise<void>;
}

/**
 * Starts the stack. Connections are accepted when the promise resolves.
 * @throws {SynthesisError} if settings are invalid or the CDK app fails
 * @throws {TemplateError} if the local stack does not support a part of the template
 * @throws an error with the `code` `EADDRINUSE` and the `port` if a port is in use
 */
export function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  return Disposables.build((disposables) => start(options, disposables));
}

async function start(options: LocalStackOptions, disposables: Disposables): Promise<LocalStack> {
  const { log = () => undefined, testing = {} } = options;
  const issuer = await openIssuer(options.stateDirectory);
  // The port must be known before the template is synthesized, which contains the URL of the issuer's keys.
  const gateway = await openGateway({
    ...{ port: options.port ?? 0, ...limitsOf(testing) },
    warn: (text) => {
      log({ source: 'stack', stream: 'stderr', text });
    },
  });
  disposables.use(gateway);
  const httpUrl = `http://localhost:${gateway.port}`;
  const webSocketUrl = `ws://localhost:${gateway.port}`;
  for (const [path, document] of Object.entries(issuerDocuments(issuer, httpUrl))) {
    gateway.publish(path, document);
  }

  const synthesis = await synthesize(settingsOf(options, `${httpUrl}${jwksPath}`));
  disposables.add(synthesis.remove);
  const { template, directory: assetDirectory } = synthesis;
  const deployment = await deploy({
    ...{ template, assetDirectory, awsPort: options.awsPort ?? 0 },
    ...{ webSocketUrl, httpUrl, log, testing },
  });
  disposables.use(deployment);

  gateway.serve(deployment, {
    jwksUri: isExternal(options) ? options.jwksUri : `${httpUrl}${jwksPath}`,
  });
  // Added a second time, so that the gateway is closed before the deployment, whose functions $disconnect needs.
  disposables.use(gateway);
  deployment.serveConnections(gateway.connections);
  deployment.start();
  const clientConfiguration = localClientConfiguration(
    Number(new URL(deployment.endpointUrl).port),
  );
  const { endpoint: awsEndpointUrl } = clientConfiguration;
  // The stack cannot create tokens of an external issuer.
  const mintToken = isExternal(options) ? undefined : issuer.mintToken;
  showDashboard({ gateway, mintToken, awsEndpointUrl, team: exampleTeam(options.settings ?? {}) });
  const healthUrl = `${httpUrl}/health`;
  return {
    ...{ webSocketUrl, httpUrl, healthUrl, awsEndpointUrl, clientConfiguration },
    whoamiUrl: `${httpUrl}/whoami`,
    reportUrl: `${httpUrl}/events`,
    eventBusName: deployment.outputs['EventBusName'] ?? '',
    outputs: deployment.outputs,
    functions: deployment.functions,
    alarms: () => deployment.alarms(),
    injectFault: (fault) => deployment.injectFault(fault),
    mintToken: issuer.mintToken,
    health: async () => (await (await fetch(healthUrl)).json()) as Record<string, unknown>,
    close: () => disposables.dispose(),
  };
}

function limitsOf({
  idleTimeoutSeconds,
  maxConnectionSeconds,
  closeTimeoutSeconds,
}: LocalStackTestHooks) {
  return {
    ...(idleTimeoutSeconds === undefined ? {} : { idleTimeoutSeconds }),
    ...(maxConnectionSeconds === undefined ? {} : { maxConnectionSeconds }),
    ...(closeTimeoutSeconds === undefined ? {} : { closeTimeoutSeconds }),
  };
}

/** Whether tokens come from an external issuer. */
function isExternal({ issuer, audience, jwksUri }: LocalStackOptions): boolean {
  return [issuer, audience, jwksUri].some((value) => value !== undefined);
}

/** The settings of the CDK app, which has a default for each that is undefined. */
function settingsOf(options: LocalStackOptions, jwksUri: string): Record<string, unknown> {
  const identityProvider = isExternal(options)
    ? { issuer: options.issuer, audience: options.audience, jwksUri: options.jwksUri }
    : { issuer: localIssuer, audience: localAudience, jwksUri };
  return {
    reportScope: localReportScope,
    ...options.settings,
    ...identityProvider,
    useMockData: options.mockData ?? false,
    gatewayUrl: options.gatewayUrl,
  };
}
