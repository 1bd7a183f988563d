// Builds the environment variables of a function: those of the template and Lambda's, but none of the developer's.
import { join } from 'node:path';
import { region } from '../template/pseudo-parameters';

export interface EnvironmentFacts {
  readonly functionName: string;
  /** The function's `Environment` in the template. */
  readonly variables: Readonly<Record<string, string>>;
  readonly handler: string;
  readonly runtime: string;
  readonly codeDirectory: string;
  readonly memoryMegabytes: number;
  readonly logGroupName: string;
  readonly logFormat?: 'Text' | 'JSON' | undefined;
  readonly logLevel?: string | undefined;
  /** The URL of the local stack's AWS endpoint. */
  readonly endpointUrl: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export function environmentOf(facts: EnvironmentFacts): Record<string, string> {
  return {
    ...facts.variables,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: facts.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: facts.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: facts.credentials.sessionToken,
    AWS_ENDPOINT_URL: facts.endpointUrl,
    AWS_EXECUTION_ENV: `AWS_Lambda_${facts.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: facts.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(facts.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: facts.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    ...(facts.logFormat === undefined ? {} : { AWS_LAMBDA_LOG_FORMAT: facts.logFormat }),
    ...(facts.logLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: facts.logLevel }),
    LAMBDA_TASK_ROOT: facts.codeDirectory,
    _HANDLER: facts.handler,
    TZ: ':UTC',
    // The SDK would find the profiles in the developer's home directory even without HOME. These files do not exist.
    AWS_CONFIG_FILE: join(facts.codeDirectory, '.no-aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(facts.codeDirectory, '.no-aws-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    // This machine's Node.js may be older than Lambda's, and the SDK would warn of that.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
