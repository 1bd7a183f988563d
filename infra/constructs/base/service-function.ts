// What all functions have in common: runtime, role, log, trace and environment.
import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
  Tracing,
  type Code,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FunctionName } from '../../../lambdas/contract/setting';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';
import { environmentOf, type ResourceNames } from './function-environment';
import { ServiceLog } from './service-log';
import { acknowledgeWildcard } from './wildcard-resource';

/** Where a function's code comes from. */
export type CodeOf = (name: FunctionName) => Code;

/** What every construct of the stack needs. */
export interface Deployment {
  readonly configuration: Configuration;
  readonly codeOf: CodeOf;
}

export interface ServiceFunctionProps extends Deployment {
  readonly name: FunctionName;
  readonly description: string;
  readonly timeoutSeconds: number;
  /** CPU grows with memory: 1769 MB are one vCPU. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
  readonly memoryMegabytes: number;
  /** What it uses; the settings that it reads come by themselves. */
  readonly resources?: ResourceNames;
  /** Whether X-Ray traces its calls. Not if anybody can cause calls. Default: yes. */
  readonly traced?: boolean;
  /**
   * Whether it sends messages to the queue that invokes it, and itself limits how often. Lambda stops other functions after
   * about 16 calls in one chain: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
   */
  readonly mayCallItself?: boolean;
}

/** A function that may write its own log and traces, and do nothing else until it is allowed to. */
export class ServiceFunction extends LambdaFunction {
  /** The folder that it is made of. */
  readonly folder: FunctionName;
  readonly memoryMegabytes: number;
  /** Of its execution role. */
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const functionName = `${resourceName(props.configuration)}-${props.name}`;
    const { traced = true } = props;
    const log = new ServiceLog(
      scope,
      `${id}Log`,
      `/aws/lambda/${functionName}`,
      props.configuration,
    );
    // A role of its own instead of CDK's, which may write to every log group of the account.
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
      memorySize: props.memoryMegabytes,
      timeout: Duration.seconds(props.timeoutSeconds),
      role,
      ...(props.mayCallItself === true ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
      logGroup: log,
      loggingFormat: LoggingFormat.JSON,
      // What Lambda itself logs about calls that succeed is in its metrics; about others it is logged.
      // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: traced ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        ...environmentOf(props.name, props.configuration, props.resources ?? {}),
      },
    });
    this.folder = props.name;
    this.memoryMegabytes = props.memoryMegabytes;
    this.roleArn = role.roleArn;
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], log.logGroupArn);
    if (traced) acknowledgeTraces(role);
    else acknowledgeNoTraces(this);
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason:
        'A dead-letter queue of Lambda gets asynchronous invocations alone. API Gateway and SQS invoke ' +
        'synchronously; a function that gets events from the bus has a failure destination, which keeps the ' +
        'error beside the event; and a scheduled call is made up for by the next one.',
    });
  }

  /** Lets the function do `actions` on the resources with these ARNs. */
  allow(actions: readonly string[], ...resourceArns: readonly string[]): void {
    this.addToRolePolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resourceArns] }),
    );
  }

  /**
   * Adds a statement to the role's one policy, on which the function depends. CDK's own method would not do in an
   * app with the flag `@aws-cdk/aws-lambda:createNewPoliciesWithAddToRolePolicy`: each statement becomes a policy
   * of its own there, and what calls the function, such as an event source mapping, may be created before it.
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
      'Anybody can cause calls of this function, and each trace costs money. What it does is in its ' +
      'metrics, and no event passes through it.',
  });
}
