// Creates the template's schedules.
import { functionNameOf } from '../template/function-name';
import type { LambdaFunction } from '../lambda/invocation';
import type { Cancel, Timers } from '../support/timers';
import type { Resource, ResolvedTemplate } from '../template/resolve-template';
import { TemplateError } from '../template/template';
import { requirePermission, roleFor, type Roles } from './roles';
import type { Queues } from '../aws/sqs/queue';
import { queueOf } from './deploy-queues';
import {
  parseRate,
  runSchedule,
  type Lateness,
  type ScheduleOptions,
} from '../aws/scheduler/schedule';

const service = 'scheduler.amazonaws.com';

export interface ScheduleDependencies {
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly queues: Queues;
  readonly roles: Roles;
  readonly timers: Timers;
  /** The delay of each call, or `lost`. Default: no delay. */
  readonly lateness?: Lateness | undefined;
}

/**
 * Validates all schedules. A target's RetryPolicy has no effect: it applies to invocations that Lambda refuses, which does
 * not happen locally. A failed invocation is retried by the function's EventInvokeConfig.
 * @returns a function that starts the enabled schedules, and returns a function that stops them
 * @throws {TemplateError} if an expression or a target is not supported, or if a role lacks a permission
 */
export function deploySchedules(
  template: ResolvedTemplate,
  dependencies: ScheduleDependencies,
): () => Cancel {
  const schedules = template
    .of('AWS::Scheduler::Schedule')
    .map((resource) => ({ resource, options: optionsOf(resource, dependencies) }))
    .filter(({ resource }) => resource.properties.State === 'ENABLED');
  return () => {
    const running = schedules.map(({ options }) => runSchedule(options));
    return () => {
      for (const cancel of running) cancel();
    };
  };
}

function optionsOf(
  { logicalId, type, attributes, properties }: Resource<'AWS::Scheduler::Schedule'>,
  { functions, queues, roles, timers, lateness }: ScheduleDependencies,
): ScheduleOptions {
  const place = { logicalId, type };
  const { ScheduleExpression: expression, Target: target } = properties;
  const intervalMilliseconds = parseRate(expression);
  if (intervalMilliseconds === undefined) {
    const problem = `ScheduleExpression ${expression} must be a rate such as rate(1 minute)`;
    throw new TemplateError(place, problem);
  }
  const called = functions.get(functionNameOf(target.Arn));
  if (called === undefined) {
    throw new TemplateError(place, `its target ${target.Arn} must be a function of the template`);
  }
  const role = roleFor(roles, target.RoleArn, service, place);
  requirePermission(role, 'lambda:InvokeFunction', called.arn, place);
  if (target.DeadLetterConfig !== undefined) {
    const { settings } = queueOf(queues, target.DeadLetterConfig.Arn, place);
    requirePermission(role, 'sqs:SendMessage', settings.arn, place);
  }
  if (!isJson(target.Input)) throw new TemplateError(place, 'Target.Input must be JSON text');
  return {
    name: properties.Name ?? logicalId,
    arn: attributes['Arn'] ?? '',
    intervalMilliseconds,
    input: target.Input,
    timers,
    lateness,
    invoke(event) {
      called.invokeAsync(event);
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
