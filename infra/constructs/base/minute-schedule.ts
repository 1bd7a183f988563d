// Invokes a function every minute. A failed call is not retried, because the next one replaces it.
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function';

/**
 * The resolution of schedules, and the shortest maximum event age that EventBridge Scheduler and Lambda accept.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
const oneMinute = Duration.minutes(1);

export interface MinuteScheduleProps {
  readonly scheduleName: string;
  readonly description: string;
  readonly target: ServiceFunction;
}

export class MinuteSchedule extends Construct {
  constructor(scope: Construct, id: string, props: MinuteScheduleProps) {
    super(scope, id);
    const { target } = props;
    const role = new Role(this, 'Role', {
      // Schedules of other accounts must not use the role:
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: `Lets the schedule ${props.scheduleName} call its function`,
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] }),
    );
    const schedule = new Schedule(this, 'Schedule', {
      scheduleName: props.scheduleName,
      description: props.description,
      schedule: ScheduleExpression.rate(oneMinute),
      target: new LambdaInvoke(target, {
        // Its policy is defined above. The CDK would also allow the function's versions.
        role: role.withoutPolicyUpdates(),
        // The functions need no input, only the current time.
        input: ScheduleTargetInput.fromObject({}),
        retryAttempts: 0,
        maxEventAge: oneMinute,
      }),
    });
    schedule.node.addDependency(role);
    // The schedule invokes the function asynchronously. By default, Lambda would retry twice, minutes later.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: oneMinute });
    Validations.of(target).acknowledge({
      id: 'Serverless-LambdaAsyncFailureDestination',
      reason:
        'A call of the schedule has no content, and the next one, a minute later, replaces a failed one. The errors of ' +
        'the function are counted.',
    });
  }
}
