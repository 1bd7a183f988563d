// Starts the whole stack on this machine, for `npm start` and for tests.
// Whoever starts a stack uses this file only; commands/ has the command line, and the rooms beside it are its parts.
import type { Configuration } from '#infra/config/configuration';
import { showDashboard } from './gateway/pages/dashboard';
import { deploy, type Deployment, type DeploymentTestHooks } from './deploy/deployment';
import { openGateway } from './gateway/gateway';
import {
  issuerDocuments,
  jwksPath,
  localAudience,
  localIssuer,
  openIssuer,
  type TokenOptions,
} from './issuer/issuer';
import type { LocalFunction } from './lambda/local-function';
import type { WriteLogLine } from './support/log-line';
import { Disposables } from './support/disposables';
import { localClientConfiguration } from './aws/endpoint/client-configuration';
import { synthesize } from './deploy/synthesize';

export type { TokenOptions } from './issuer/issuer';
export type { ScheduledCall } from './aws/scheduler/schedule';
export type { LogLine } from './support/log-line';

/** The settings of a deployment, except those that have an option of their own here. */
export type LocalSettings = Partial<
  Omit<Configuration, 'stage' | 'identityProvider' | 'gatewayUrl' | 'useMockData'>
>;

export interface LocalStackOptions {
  /** For WebSockets and HTTP; 0, the default, for any free port. */
  readonly port?: number;
  /** For the AWS endpoint; 0, the default, for any free port. */
  readonly awsPort?: number;
  /** Whether invented agents report. Default: no. */
  readonly mockData?: boolean;
  /** The agent gateway that `/health` asks. Default: none. */
  readonly gatewayUrl?: string;
  /** Settings of the service, e.g. `heartbeatSeconds`. Default: those of a deployment. */
  readonly settings?: LocalSettings;
  /** Another issuer instead of the local one; needs `audience`. */
  readonly issuer?: string;
  readonly audience?: string;
  /** The other issuer's keys. Default: by discovery. */
  readonly jwksUri?: string;
  /** Where the local issuer keeps its key. Default: `.local` in the project. */
  readonly stateDirectory?: string;
  /** Gets what functions print, and what fails in the stack. Default: it is dropped. */
  readonly log?: WriteLogLine;
  readonly testing?: LocalStackTestHooks;
}

/** What only tests change. */
export interface LocalStackTestHooks extends DeploymentTestHooks {
  /** Seconds without any data, either way, until a connection is closed. Default: 600, as on AWS. */
  readonly idleTimeoutSeconds?: number;
  /** Seconds until any connection is closed. Default: 7200, as on AWS. */
  readonly maxConnectionSeconds?: number;
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
  /** e.g. `http://localhost:4566` */
  readonly awsEndpointUrl: string;
  readonly eventBusName: string;
  /** For the clients of the AWS SDK: endpoint, region and credentials. */
  readonly clientConfiguration: ReturnType<typeof localClientConfiguration>;
  /** The outputs of the template, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** By name. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  /** The alarms of the deployment with their states. */
  readonly alarms: Deployment['alarms'];
  /** Lets requests to the AWS endpoint fail; the returned function withdraws the fault. */
  readonly injectFault: Deployment['injectFault'];
  /** Makes a token of the local issuer. A stack with another issuer does not accept it. */
  readonly mintToken: (options?: TokenOptions) => Promise<string>;
  /** What `/health` says; its counts may be those of five seconds ago. */
  health(): Promise<Record<string, unknown>>;
  /** Closes all connections with 1001 and ends everything; takes about a second at most. */
  close(): Promise<void>;
}

/**
 * Starts the stack; when it resolves, connections are accepted.
 * @throws {SynthesisError} for settings that the app refuses
 * @throws {TemplateError} for what the local stack cannot run
 * @throws an error with the `code` `EADDRINUSE` and the `port` that is taken
 */
export function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  return Disposables.build((disposables) => start(options, disposables));
}

async function start(options: LocalStackOptions, disposables: Disposables): Promise<LocalStack> {
  const { log = () => undefined, testing = {} } = options;
  const issuer = await openIssuer(options.stateDirectory);
  // The port before the template, which contains the address of the issuer's keys.
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

  gateway.serve(deployment);
  // Here once more, and so closed before the deployment: $disconnect needs its functions.
  disposables.use(gateway);
  deployment.serveConnections(gateway.connections);
  deployment.start();
  const clientConfiguration = localClientConfiguration(
    Number(new URL(deployment.endpointUrl).port),
  );
  const { endpoint: awsEndpointUrl } = clientConfiguration;
  // The stack cannot mint tokens of another issuer.
  const mintToken = isExternal(options) ? undefined : issuer.mintToken;
  showDashboard({ gateway, mintToken, awsEndpointUrl });
  const healthUrl = `${httpUrl}/health`;
  return {
    ...{ webSocketUrl, httpUrl, healthUrl, awsEndpointUrl, clientConfiguration },
    whoamiUrl: `${httpUrl}/whoami`,
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

function limitsOf({ idleTimeoutSeconds, maxConnectionSeconds }: LocalStackTestHooks) {
  return {
    ...(idleTimeoutSeconds === undefined ? {} : { idleTimeoutSeconds }),
    ...(maxConnectionSeconds === undefined ? {} : { maxConnectionSeconds }),
  };
}

/** Whether tokens come from another issuer. */
function isExternal({ issuer, audience, jwksUri }: LocalStackOptions): boolean {
  return [issuer, audience, jwksUri].some((value) => value !== undefined);
}

/** The settings of the CDK app; it has its own defaults for what is undefined. */
function settingsOf(options: LocalStackOptions, jwksUri: string): Record<string, unknown> {
  const identityProvider = isExternal(options)
    ? { issuer: options.issuer, audience: options.audience, jwksUri: options.jwksUri }
    : { issuer: localIssuer, audience: localAudience, jwksUri };
  return {
    ...options.settings,
    ...identityProvider,
    useMockData: options.mockData ?? false,
    gatewayUrl: options.gatewayUrl,
  };
}
