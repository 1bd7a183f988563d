// Calls a function every minute, or every few: a call that comes late is worth nothing, so none is repeated.
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { scheduledAtField } from '../../lambdas/contract';
import type { ServiceFunction } from './service-function';

/** The least that EventBridge Scheduler and Lambda accept. */
const oneMinute = Duration.minutes(1);

export interface MinuteScheduleProps {
  readonly scheduleName: string;
  readonly description: string;
  readonly target: ServiceFunction;
  /** Minutes between two calls. */
  readonly everyMinutes: number;
}

export class MinuteSchedule extends Construct {
  constructor(scope: Construct, id: string, props: MinuteScheduleProps) {
    super(scope, id);
    const { target } = props;
    const role = new Role(this, 'Role', {
      // Schedules of other accounts cannot borrow the role:
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
      schedule: ScheduleExpression.rate(Duration.minutes(props.everyMinutes)),
      target: new LambdaInvoke(target, {
        // Its policy is above, without the function's versions that CDK would add.
        role: role.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject({
          [scheduledAtField]: ContextAttribute.scheduledTime,
        }),
        retryAttempts: 0,
        maxEventAge: oneMinute,
      }),
    });
    schedule.node.addDependency(role);
    // The schedule invokes asynchronously: Lambda itself would try twice more, minutes later.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: oneMinute });
    Validations.of(target).acknowledge({
      id: 'Serverless-LambdaAsyncFailureDestination',
      reason:
        'A call of the schedule carries the time and nothing else. One that failed is made up for by the next, ' +
        'a minute later; kept, it would be a record of the time. The errors of the function are counted.',
    });
  }
}
