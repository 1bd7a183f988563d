// CloudWatch on this machine: takes what is measured, and judges the template's alarms by it.
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
  /** Is told when an alarm begins and when it ends. */
  readonly log: WriteLogLine;
  /** How long a minute of an alarm takes. Default: a minute. */
  readonly minuteMilliseconds?: number | undefined;
}

/** An alarm of the template, and what it says now. */
export interface LocalAlarm {
  readonly name: string;
  readonly description: string;
  readonly state: AlarmState;
}

export interface Monitor {
  /** Looks for metrics in what a function printed. */
  readonly printed: (functionName: string, line: string) => void;
  readonly invoked: (functionName: string, startedAt: number, ok: boolean) => void;
  readonly refused: (request: RefusedRequest) => void;
  readonly alarms: () => readonly LocalAlarm[];
  /** Begins to look at queues and alarms, some times a minute; what it gives ends it. */
  start(): Cancel;
}

/** In each minute of the alarms; CloudWatch itself measures a queue once a minute. */
const looksPerMinute = 4;

/** @throws {TemplateError} for an alarm on what the local stack does not measure or cannot calculate */
export function createMonitor(options: MonitorOptions): Monitor {
  const { template, queues, timers, log, minuteMilliseconds = 60_000 } = options;
  const startedAt = timers.now();
  const alarms = template.of('AWS::CloudWatch::Alarm').map(({ logicalId, type, properties }) => {
    const place = { logicalId, type };
    const alarm = new Alarm(properties, place);
    for (const metric of alarm.metrics) {
      const problem = problemOf(metric, template);
      if (problem !== undefined) throw new TemplateError(place, problem);
    }
    return alarm;
  });
  const longestSeconds = Math.max(0, ...alarms.map(({ rangeSeconds }) => rangeSeconds));
  const store = new MetricStore(
    alarms.flatMap(({ metrics }) => metrics),
    (longestSeconds / 60) * minuteMilliseconds,
  );
  const filterLine = createMetricFilters(template);
  const ringing = new Set<string>();

  const stateOf = (alarm: Alarm) =>
    alarm.judge(store, { startedAt, now: timers.now(), minuteMilliseconds });

  function look(): void {
    for (const queue of queues.values()) {
      const metric = serviceMetric(
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        queue.settings.name,
      );
      store.record({ metric, value: queue.count().visible, at: timers.now() });
    }
    for (const alarm of alarms) {
      const rings = stateOf(alarm) === 'ALARM';
      if (rings === ringing.has(alarm.name)) continue;
      if (rings) ringing.add(alarm.name);
      else ringing.delete(alarm.name);
      const text = rings
        ? `ALARM ${alarm.name}: ${alarm.description}`
        : `The alarm ${alarm.name} is over.`;
      log({ source: 'stack', stream: 'stderr', text });
    }
  }

  return {
    printed(functionName, line) {
      for (const measurement of [
        ...embeddedMetrics(line),
        ...filterLine(functionName, line, timers.now()),
      ]) {
        store.record(measurement);
      }
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
      alarms.map((alarm) => ({
        name: alarm.name,
        description: alarm.description,
        state: stateOf(alarm),
      })),
    start() {
      // Without alarms there is nobody to look for.
      if (alarms.length === 0) return () => undefined;
      let cancel: Cancel;
      const lookAgain = () => {
        look();
        cancel = timers.after(minuteMilliseconds / looksPerMinute, lookAgain);
      };
      lookAgain();
      return () => {
        cancel();
      };
    },
  };
}
