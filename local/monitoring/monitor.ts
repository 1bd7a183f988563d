// Emulates CloudWatch: records measurements, and evaluates the template's alarms.
// Other folders import createMonitor of this file and its types.
import type { RefusedRequest } from '../aws/endpoint/answer-request';
import type { Queues } from '../aws/sqs/queue';
import type { WriteLogLine } from '../support/log-line';
import type { Cancel, Timers } from '../support/timers';
import type { ResolvedTemplate } from '../template/resolve-template';
import { TemplateError } from '../template/template';
import { Alarm, type AlarmState } from './alarm';
import { embeddedMetrics } from './embedded-metrics';
import { createMetricFilters } from './metric-filters';
import { MetricStore } from './metric-store';
import { problemOf, serviceMetric, throttleMetrics } from './service-metrics';

export interface MonitorOptions {
  readonly template: ResolvedTemplate;
  readonly queues: Queues;
  readonly timers: Timers;
  /** Called with a line when an alarm changes to ALARM, and when that state ends. */
  readonly log: WriteLogLine;
  /** The duration of one minute of the alarms. Default: 60,000. */
  readonly minuteMilliseconds?: number | undefined;
}

/** An alarm of the template with its current state. */
export interface LocalAlarm {
  readonly name: string;
  readonly description: string;
  readonly state: AlarmState;
}

export interface Monitor {
  /** Records the metrics in a line that a function has printed. */
  readonly printed: (functionName: string, line: string) => void;
  /** Records an invocation; `startedAt` is in milliseconds since the Unix epoch. */
  readonly invoked: (functionName: string, startedAt: number, ok: boolean) => void;
  /** Records a throttled request to DynamoDB; other requests have no effect. */
  readonly refused: (request: RefusedRequest) => void;
  readonly alarms: () => readonly LocalAlarm[];
  /** Measures queues and evaluates alarms four times a minute, until the returned function is called. */
  start(): Cancel;
}

/** Measurements and evaluations in each minute of the alarms. CloudWatch measures a queue once a minute. */
const evaluationsPerMinute = 4;

/** @throws {TemplateError} for an alarm with a metric or an expression that the local stack does not support */
export function createMonitor(options: MonitorOptions): Monitor {
  const { template, queues, timers, log, minuteMilliseconds = 60_000 } = options;
  const startedAt = timers.now();
  const alarms = readAlarms(template);
  const longestSeconds = Math.max(0, ...alarms.map(({ rangeSeconds }) => rangeSeconds));
  const store = new MetricStore(
    alarms.flatMap(({ metrics }) => metrics),
    (longestSeconds / 60) * minuteMilliseconds,
  );
  const filterLine = createMetricFilters(template);
  const stateOf = (alarm: Alarm) =>
    alarm.evaluate(store, { startedAt, now: timers.now(), minuteMilliseconds });
  const announce = createAnnouncements(log);

  function evaluateAlarms(): void {
    measureQueues(queues, store, timers.now());
    for (const alarm of alarms) announce(alarm, stateOf(alarm) === 'ALARM');
  }

  return {
    printed(functionName, line) {
      const now = timers.now();
      const measurements = [...embeddedMetrics(line), ...filterLine(functionName, line, now)];
      for (const measurement of measurements) store.record(measurement);
    },
    invoked(name, at, ok) {
      store.record({ metric: serviceMetric('AWS/Lambda', 'Invocations', name), value: 1, at });
      const value = ok ? 0 : 1;
      store.record({ metric: serviceMetric('AWS/Lambda', 'Errors', name), value, at });
    },
    refused(request) {
      for (const metric of throttleMetrics(request)) {
        store.record({ metric, value: 1, at: timers.now() });
      }
    },
    alarms: () =>
      alarms.map((alarm) => {
        const { name, description } = alarm;
        return { name, description, state: stateOf(alarm) };
      }),
    start() {
      if (alarms.length === 0) return () => undefined;
      return repeat(evaluateAlarms, minuteMilliseconds / evaluationsPerMinute, timers);
    },
  };
}

function readAlarms(template: ResolvedTemplate): readonly Alarm[] {
  return template.of('AWS::CloudWatch::Alarm').map(({ logicalId, type, properties }) => {
    const place = { logicalId, type };
    const alarm = new Alarm(properties, place);
    for (const metric of alarm.metrics) {
      const problem = problemOf(metric, template);
      if (problem !== undefined) throw new TemplateError(place, problem);
    }
    return alarm;
  });
}

function measureQueues(queues: Queues, store: MetricStore, at: number): void {
  const name = 'ApproximateNumberOfMessagesVisible';
  for (const queue of queues.values()) {
    const metric = serviceMetric('AWS/SQS', name, queue.settings.name);
    store.record({ metric, value: queue.count().visible, at });
  }
}

/** @returns a function that logs an alarm when it changes to ALARM, and when that state ends */
function createAnnouncements(log: WriteLogLine) {
  const raised = new Set<string>();
  return ({ name, description }: Alarm, isRaised: boolean): void => {
    if (isRaised === raised.has(name)) return;
    if (isRaised) raised.add(name);
    else raised.delete(name);
    const text = isRaised ? `ALARM ${name}: ${description}` : `The alarm ${name} is over.`;
    log({ source: 'stack', stream: 'stderr', text });
  };
}

/** Runs `task` at once and then at an interval, until the returned function is called. */
function repeat(task: () => void, intervalMilliseconds: number, timers: Timers): Cancel {
  let cancel: Cancel;
  const run = () => {
    task();
    cancel = timers.after(intervalMilliseconds, run);
  };
  run();
  return () => {
    cancel();
  };
}
