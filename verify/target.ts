// Finds the service: the local stack, the stack of a stage, or addresses that are given one by one.
import type { EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import { UsageError } from '#sdk/command/arguments';
import { tokenSource } from '#sdk/command/tail/token-source';
import { localClientConfiguration } from '#local/aws/endpoint/client-configuration';
import { explainEndpoint } from '#local/commands/event-bus';
import type { VerifyOptions } from './options';
import type { Outputs } from './stack-outputs';

export interface Service {
  /** The URL of the WebSocket. */
  readonly url: string;
  readonly healthUrl: string | undefined;
  readonly whoamiUrl: string | undefined;
  readonly eventBusName: string;
  readonly eventSource: string | undefined;
  readonly token: string;
  readonly expiredToken: string | undefined;
  /** Empty for AWS, where the SDK finds region and credentials itself. */
  readonly clientConfiguration: EventBridgeClientConfig;
  /** Why an event could not be reported, in words. */
  readonly explain: (error: unknown) => string;
}

/** What the command uses of its process. */
export interface TargetDependencies {
  /** The value of `MISSION_CONTROL_TOKEN`. */
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  /** Reads the outputs of a stage's stack. */
  readonly outputsOf: (stage: string, timeoutMilliseconds: number) => Promise<Outputs>;
}

/**
 * @throws {UsageError} if an address or the token is missing
 * @throws an error if the stack cannot be read, or the local stack does not answer
 */
export async function findService(
  options: VerifyOptions,
  dependencies: TargetDependencies,
): Promise<Service> {
  const { stage, eventSource, expiredToken } = options;
  const outputs =
    stage === undefined
      ? localOutputs(options)
      : await dependencies.outputsOf(stage, options.timeoutMilliseconds);
  const healthUrl = options.healthUrl ?? outputs['HealthUrl'];
  const url = required(options.url ?? outputs['WebSocketUrl'], '--url');
  const eventBusName = required(options.eventBusName ?? outputs['EventBusName'], '--event-bus');
  const local = isOnAws(options) ? undefined : localClientConfiguration(options.awsPort ?? 4566);
  return {
    ...{ url, healthUrl, eventBusName, eventSource, expiredToken },
    whoamiUrl: options.whoamiUrl ?? outputs['WhoamiUrl'] ?? besideHealth(healthUrl),
    token: await tokenOf(url, options, dependencies),
    clientConfiguration: local ?? {},
    explain: (error) => explain(error, local?.endpoint),
  };
}

/** The addresses of the local stack, as far as none of another service are given. */
function localOutputs({ url, healthUrl, eventBusName, awsPort }: VerifyOptions): Outputs {
  if (eventBusName !== undefined && awsPort !== undefined) {
    throw new UsageError('--event-bus is for AWS and --aws-port for the local stack: give one.');
  }
  const address = url ?? 'ws://localhost:3000';
  if (!isLocal(address)) return {};
  const origin = new URL(address).origin.replace(/^ws/, 'http');
  return {
    WebSocketUrl: address,
    HealthUrl: healthUrl ?? `${origin}/health`,
    EventBusName: 'mission-control',
  };
}

function isOnAws({ stage, eventBusName }: VerifyOptions): boolean {
  return stage !== undefined || eventBusName !== undefined;
}

function isLocal(url: string): boolean {
  return /^(([\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])$/i.test(new URL(url).hostname);
}

function required(value: string | undefined, option: string): string {
  if (value !== undefined && value !== '') return value;
  throw new UsageError(`${option} is missing: give it, or --stage.`);
}

/** `https://example.com/health` → `https://example.com/whoami` */
function besideHealth(healthUrl: string | undefined): string | undefined {
  return healthUrl?.endsWith('/health') === true
    ? healthUrl.replace(/health$/, 'whoami')
    : undefined;
}

async function tokenOf(
  url: string,
  { token }: VerifyOptions,
  dependencies: TargetDependencies,
): Promise<string> {
  let failed: UsageError | undefined;
  const getToken = tokenSource({
    ...{ url, fetch: dependencies.fetch, token: token ?? dependencies.token },
    fail: (error) => (failed = error),
  });
  try {
    const found = await getToken();
    if (/^[\w-]+(\.[\w-]+){2}$/.test(found)) return found;
  } catch (error) {
    const origin = new URL(url).host;
    throw (
      failed ??
      new Error(
        `Nothing answers at ${origin}: start the local stack with npm start, or give --stage or --url.`,
        { cause: error },
      )
    );
  }
  throw new UsageError('The token is not a JWT.');
}

function explain(error: unknown, endpoint: string | undefined): string {
  const { message, cause } = error as Error & { readonly cause?: { readonly message?: string } };
  const known = explainEndpoint(cause, endpoint)?.message;
  return known ?? [message, cause?.message].filter((text) => text !== undefined).join(' ');
}
