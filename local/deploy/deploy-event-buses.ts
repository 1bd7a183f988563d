// Creates the template's event buses with their rules.
import { functionNameOf } from '../template/function-name';
import type { LambdaFunction } from '../lambda/invocation';
import type { WriteLogLine } from '../support/log-line';
import { arnOf } from '../template/pseudo-parameters';
import type { Resource, ResolvedTemplate } from '../template/resolve-template';
import { TemplateError, type Place } from '../template/template';
import type { RequireInvokePermission } from './invoke-permissions';
import { decide, statementsForService } from '../aws/endpoint/policy';
import type { Queues } from '../aws/sqs/queue';
import { queueOf } from './deploy-queues';
import type { Queue } from '../aws/sqs/queue';
import { EventBus, type Rule, type Target } from '../aws/events/event-bus';
import { compilePattern, PatternError, type Matcher } from '../aws/events/event-pattern';

const service = 'events.amazonaws.com';

export interface RuleDependencies {
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly queues: Queues;
  readonly requireInvokePermission: RequireInvokePermission;
  readonly log: WriteLogLine;
}

/**
 * Creates all event buses, including the default bus, which every account has.
 * @throws {TemplateError} if a pattern or a target is not supported, or if EventBridge lacks a permission
 */
export function deployEventBuses(
  template: ResolvedTemplate,
  dependencies: RuleDependencies,
): EventBus[] {
  const rules = template
    .of('AWS::Events::Rule')
    .filter(({ properties }) => properties.State === 'ENABLED')
    .map((rule) => ({ bus: busNameOf(rule), rule: deployRule(rule, dependencies) }));
  const names = ['default', ...template.of('AWS::Events::EventBus').map(({ ref }) => ref)];
  return names.map((name) => {
    return new EventBus({
      name,
      arn: arnOf('events', `event-bus/${name}`),
      policy: template
        .of('AWS::Events::EventBusPolicy')
        .filter(({ properties }) => properties.EventBusName === name)
        .map(({ properties }) => properties.Statement),
      rules: rules.filter(({ bus }) => bus === name).map(({ rule }) => rule),
      log: dependencies.log,
    });
  });
}

function busNameOf({ properties }: Resource<'AWS::Events::Rule'>): string {
  return properties.EventBusName.split('/').at(-1) ?? 'default';
}

function deployRule(resource: Resource<'AWS::Events::Rule'>, dependencies: RuleDependencies): Rule {
  const { logicalId, type, attributes, properties } = resource;
  const place = { logicalId, type };
  const arn = attributes['Arn'] ?? '';
  const targets = properties.Targets.map(({ Arn, DeadLetterConfig }): Target => {
    const name = functionNameOf(Arn);
    const target = dependencies.functions.get(name);
    if (target === undefined) {
      throw new TemplateError(place, `its target ${Arn} must be a function of the template`);
    }
    dependencies.requireInvokePermission(Arn, service, arn, place);
    if (DeadLetterConfig === undefined) return { function: target };
    const deadLetterQueue = queueOf(dependencies.queues, DeadLetterConfig.Arn, place);
    requireQueuePolicy(deadLetterQueue, arn, place);
    return { function: target, deadLetterQueue };
  });
  return { arn, matches: matcherOf(properties.EventPattern, place), targets };
}

function requireQueuePolicy({ settings }: Queue, ruleArn: string, place: Place): void {
  const statements = statementsForService(settings.policy, service);
  const context = { 'aws:SourceArn': ruleArn };
  if (decide(statements, 'sqs:SendMessage', settings.arn, context) === 'allowed') return;
  throw new TemplateError(
    place,
    `the policy of its dead-letter queue ${settings.name} must allow ${service} sqs:SendMessage for ${ruleArn}`,
  );
}

function matcherOf(pattern: unknown, place: Place): Matcher {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof PatternError) throw new TemplateError(place, error.message);
    throw error;
  }
}
