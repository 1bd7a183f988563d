// Reads the options that select a command's event bus: the local stack's, or one on AWS.
import type { EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import { UsageError, type Arguments } from '#sdk/command/arguments';
import { runAsProcess, type Command } from '#sdk/command/command';
import { localClientConfiguration } from '../aws/endpoint/client-configuration';

export const busOptions = { 'aws-port': 'text', 'event-bus': 'text' } as const;

export const targetHelp = `  --aws-port PORT    the local stack's AWS endpoint                        default: 4566
  --event-bus NAME   a bus on AWS instead, with your shell's credentials and region`;

export interface Target {
  /** Empty for AWS, where the SDK finds region and credentials itself. */
  readonly clientConfiguration: EventBridgeClientConfig;
  readonly eventBusName: string;
  /** The URL of the local stack's AWS endpoint; absent for AWS. */
  readonly endpoint?: string;
}

/** @throws {UsageError} when both options are given, or the port is not valid */
export function parseTarget(given: Arguments): Target {
  const awsPort = given.wholeNumber('aws-port', 1, 65_535);
  const eventBusName = given.text('event-bus');
  if (eventBusName !== undefined) {
    if (awsPort === undefined) return { clientConfiguration: {}, eventBusName };
    throw new UsageError('--event-bus is for AWS and --aws-port for the local stack: give one.');
  }
  const clientConfiguration = localClientConfiguration(awsPort ?? 4566);
  return {
    clientConfiguration,
    eventBusName: 'mission-control',
    endpoint: clientConfiguration.endpoint,
  };
}

/**
 * The error to print when no local stack runs at the endpoint, or when it is not the AWS endpoint of a local stack;
 * undefined when the cause is another one.
 */
export function explainEndpoint(cause: unknown, endpoint: string | undefined): Error | undefined {
  if (endpoint === undefined) return undefined;
  const { code, name, $metadata } = (cause ?? {}) as FailedRequest;
  if (code === 'ECONNREFUSED') {
    const advice = 'start it with npm start, or say where it is with --aws-port';
    return new Error(`No local stack answers at ${endpoint}: ${advice}.`, { cause });
  }
  const status = $metadata?.httpStatusCode;
  if (status === undefined || !namesWithoutAws.has(name)) return undefined;
  const advice =
    'give --aws-port the port of the AWS endpoint that npm start prints, by default 4566';
  return new Error(
    `What answers at ${endpoint} is not the AWS endpoint of a local stack (HTTP ${status}): ${advice}.`,
    { cause },
  );
}

/** An error of the AWS SDK. */
interface FailedRequest {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The names of the AWS SDK's errors for a response that is not from AWS: it has no error type, or is not JSON. */
const namesWithoutAws: ReadonlySet<unknown> = new Set(['Unknown', 'UnknownError', 'SyntaxError']);

/** Runs a command that uses the AWS SDK; otherwise like {@link runAsProcess}. */
export async function runWithAws(command: Command): Promise<void> {
  // The project supports Node.js 20, of which the SDK would warn.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  await runAsProcess(command);
}
