// The whole stack on this machine, as a function: for `npm start` and for tests.
import type { Configuration } from '#infra/config/configuration';
import type { Lateness } from './aws/scheduler/schedule';
import { showDashboard } from './gateway/pages/dashboard';
import { deploy, type Deployment } from './deploy/deployment';
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
import { localClientConfiguration } from './aws/endpoint/client-configuration';
import { synthesize, type Synthesis } from './deploy/synthesize';

export type { TokenOptions } from './issuer/issuer';
export type { ScheduledCall } from './aws/scheduler/schedule';
export type { LogLine } from './support/log-line';

/** What a deployment can set too, but for what has an option of its own here. */
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
  /** Seconds without any data, either way, until a connection is closed. Default: 600, as on AWS. */
  readonly idleTimeoutSeconds?: number;
  /** Seconds until any connection is closed. Default: 7200, as on AWS. */
  readonly maxConnectionSeconds?: number;
  /** Other timeouts than the template's, in seconds, by name of the function. Default: none. */
  readonly functionTimeoutSeconds?: Readonly<Record<string, number>>;
  /** How long a minute of the template's alarms takes. Default: 60, a minute. */
  readonly alarmMinuteSeconds?: number;
  /** By how many milliseconds calls of the schedules come late, or that they are lost. Default: all come on time. */
  readonly scheduleLateness?: Lateness;
  /** Where the local issuer keeps its key. Default: `.local` in the project. */
  readonly stateDirectory?: string;
  /** Takes what functions print, and what went wrong in the stack. Default: nobody. */
  readonly log?: WriteLogLine;
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
  /** The alarms of the deployment, and what they say now. */
  readonly alarms: Deployment['alarms'];
  /** Lets requests to the AWS endpoint fail; the function that it gives withdraws the fault. */
  readonly injectFault: Deployment['injectFault'];
  /** A token of the local issuer; on a stack with another issuer it opens no connection. */
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
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const log = options.log ?? (() => undefined);
  const issuer = await openIssuer(options.stateDirectory);
  // The port first: the template contains the address of the issuer's keys.
  const gateway = await openGateway({
    ...limitsOf(options),
    port: options.port ?? 0,
    warn: (text) => {
      log({ source: 'stack', stream: 'stderr', text });
    },
  });
  const httpUrl = `http://localhost:${gateway.port}`;
  const webSocketUrl = `ws://localhost:${gateway.port}`;
  for (const [path, document] of Object.entries(issuerDocuments(issuer, httpUrl))) {
    gateway.publish(path, document);
  }
  let synthesis: Synthesis | undefined;
  let deployment: Deployment | undefined;
  // The gateway first: $disconnect is to find its functions.
  const close = async () => {
    await gateway.close();
    await deployment?.close();
    await synthesis?.remove();
  };
  try {
    synthesis = await synthesize(settingsOf(options, `${httpUrl}${jwksPath}`));
    const { template, directory: assetDirectory } = synthesis;
    const awsPort = options.awsPort ?? 0;
    const { functionTimeoutSeconds = {} } = options;
    deployment = await deploy({
      ...{ template, assetDirectory, awsPort, webSocketUrl, httpUrl, log, functionTimeoutSeconds },
      alarmMinuteMilliseconds: (options.alarmMinuteSeconds ?? 60) * 1000,
      scheduleLateness: options.scheduleLateness,
    });
    gateway.serve(deployment);
    deployment.serveConnections(gateway.connections);
    deployment.start();
  } catch (error) {
    await close();
    throw error;
  }

  const running = deployment;
  const { outputs, functions } = running;
  const clientConfiguration = localClientConfiguration(Number(new URL(running.endpointUrl).port));
  const healthUrl = `${httpUrl}/health`;
  // Another issuer's tokens are for a person to bring.
  const mintToken = isExternal(options) ? undefined : issuer.mintToken;
  showDashboard({ gateway, mintToken, awsEndpointUrl: clientConfiguration.endpoint });
  let closing: Promise<void> | undefined;
  return {
    webSocketUrl,
    httpUrl,
    healthUrl,
    whoamiUrl: `${httpUrl}/whoami`,
    awsEndpointUrl: clientConfiguration.endpoint,
    eventBusName: outputs['EventBusName'] ?? '',
    clientConfiguration,
    outputs,
    functions,
    alarms: () => running.alarms(),
    injectFault: (fault) => running.injectFault(fault),
    mintToken: issuer.mintToken,
    health: async () => (await (await fetch(healthUrl)).json()) as Record<string, unknown>,
    close: () => (closing ??= close()),
  };
}

function limitsOf({ idleTimeoutSeconds, maxConnectionSeconds }: LocalStackOptions) {
  return {
    ...(idleTimeoutSeconds === undefined ? {} : { idleTimeoutSeconds }),
    ...(maxConnectionSeconds === undefined ? {} : { maxConnectionSeconds }),
  };
}

/** Whether somebody else issues the tokens. */
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
