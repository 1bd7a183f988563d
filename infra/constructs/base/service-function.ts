// The base class of all functions: runtime, role, log, traces and environment variables.
import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
  Tracing,
  type Code,
  type IFunction,
  type IVersion,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { defaultMemoryMegabytes } from '../../../lambdas/contract/memory';
import type { FunctionName } from '../../../lambdas/contract/setting';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';
import { environmentOf, type ResourceNames } from './function-environment';
import { ServiceLog } from './service-log';
import { acknowledgeWildcard } from './wildcard-resource';

/** The source of a function's code. */
export type CodeOf = (name: FunctionName) => Code;

/** The dependencies of every construct of the stack. */
export interface Deployment {
  readonly configuration: Configuration;
  readonly codeOf: CodeOf;
}

export interface ServiceFunctionProps extends Deployment {
  readonly name: FunctionName;
  readonly description: string;
  readonly timeoutSeconds: number;
  /** Names of the resources that it uses, as environment variables. The settings that it reads are added automatically. */
  readonly resources?: ResourceNames;
  /** Whether X-Ray traces its calls. Set to false if anybody can invoke the function. Default: true. */
  readonly traced?: boolean;
  /**
   * Whether it may send messages to the queue that invokes it. It must limit the number of rounds itself. By default, Lambda stops a
   * function after about 16 calls in one chain: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
   */
  readonly mayCallItself?: boolean;
}

/** A Lambda function that may write its own log and traces. All other permissions must be granted explicitly. */
export class ServiceFunction extends LambdaFunction {
  /** The name of its folder. */
  readonly folder: FunctionName;
  readonly memoryMegabytes: number;
  /** The number of its execution environments that are always ready. */
  readonly provisionedConcurrency: number;
  /** What its callers invoke: the function, or with provisioned concurrency its alias. */
  readonly invoked: IFunction;
  /** The qualifier of what its callers invoke: `$LATEST`, or the name of the alias. */
  readonly qualifier: string;
  /** The policy of its execution role. */
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const functionName = `${resourceName(props.configuration)}-${props.name}`;
    const { configuration, traced = true } = props;
    const memoryMegabytes =
      configuration.memoryMegabytes[props.name] ?? defaultMemoryMegabytes[props.name];
    const log = new ServiceLog(
      scope,
      `${id}Log`,
      `/aws/lambda/${functionName}`,
      props.configuration,
    );
    // The CDK's default role would be allowed to write to every log group of the account.
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Execution role of ${functionName}`,
    });
    super(scope, id, {
      functionName,
      description: props.description,
      code: props.codeOf(props.name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMegabytes,
      timeout: Duration.seconds(props.timeoutSeconds),
      role,
      ...(props.mayCallItself === true ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
      logGroup: log,
      loggingFormat: LoggingFormat.JSON,
      // Lambda's own lines about successful calls repeat its metrics. Lines about failed calls are kept.
      // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: traced ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        ...environmentOf(props.name, props.configuration, props.resources ?? {}),
      },
    });
    this.folder = props.name;
    this.memoryMegabytes = memoryMegabytes;
    const ready: Readonly<Partial<Record<FunctionName, number>>> =
      configuration.provisionedConcurrency;
    this.provisionedConcurrency = ready[props.name] ?? 0;
    const alias = this.provisionedConcurrency > 0 ? this.createAlias() : undefined;
    // The cast is needed because the CDK declares optional properties that may also be undefined.
    this.invoked = (alias as IFunction | undefined) ?? this;
    this.qualifier = alias?.aliasName ?? '$LATEST';
    this.roleArn = role.roleArn;
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], log.logGroupArn);
    if (traced) acknowledgeTraces(role);
    else acknowledgeNoTraces(this);
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason:
        'A dead-letter queue of Lambda is for asynchronous invocations only. API Gateway and SQS invoke functions ' +
        'synchronously. Functions that receive events of the bus have a failure destination, which also gets the ' +
        'error. A failed scheduled call is replaced by the next one.',
    });
  }

  /**
   * Creates the alias that has the provisioned concurrency: `$LATEST` cannot have it. Each deployment that changes the function
   * publishes a version, to which the alias then points.
   * https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
   */
  private createAlias(): Alias {
    return new Alias(this, 'Alias', {
      aliasName: 'provisioned',
      version: this.currentVersion as IVersion,
      provisionedConcurrentExecutions: this.provisionedConcurrency,
    });
  }

  /** Allows the function `actions` on the resources with these ARNs. */
  allow(actions: readonly string[], ...resourceArns: readonly string[]): void {
    this.addToRolePolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resourceArns] }),
    );
  }

  /**
   * Adds a statement to the role's only policy, on which the function depends. In an app with the feature flag
   * `@aws-cdk/aws-lambda:createNewPoliciesWithAddToRolePolicy`, the CDK's method would create a separate policy for each statement,
   * and a caller of the function, such as an event source mapping, could be created before that policy.
   */
  override addToRolePolicy(statement: PolicyStatement): void {
    this.role?.addToPrincipalPolicy(statement);
  }
}

function acknowledgeTraces(role: Role): void {
  acknowledgeWildcard(
    role,
    '*',
    'For writing traces only: CDK allows xray:PutTraceSegments and xray:PutTelemetryRecords, which ' +
      'cannot be restricted to a resource, and which read nothing. ' +
      'https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html',
  );
}

function acknowledgeNoTraces(scope: LambdaFunction): void {
  Validations.of(scope).acknowledge({
    id: 'Serverless-LambdaTracing',
    reason:
      'Anybody can invoke this function, and each trace costs money. Its metrics are sufficient, and it does not ' +
      'process events.',
  });
}
