// The operations dashboard and the alarms.
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { AlarmTopic } from './alarm-topic';
import { Alarms } from './alarms';
import { OperationsDashboard } from './operations-dashboard';
import type { ServiceFunction } from '../base/service-function';
import { ServiceMetrics, type ServiceMetricsProps } from './service-metrics';

export interface ObservabilityProps extends ServiceMetricsProps {
  readonly configuration: Pick<
    Configuration,
    'stage' | 'heartbeatSeconds' | 'runbookUrl' | 'alarmEmail'
  >;
  readonly functions: readonly ServiceFunction[];
}

export class Observability extends Construct {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const { configuration } = props;
    const { alarmEmail: email } = configuration;
    const metrics = new ServiceMetrics(props);
    const actions =
      email === undefined ? [] : [new AlarmTopic(this, 'Topic', { configuration, email }).action];
    const acceptsReports = props.functions.some(({ folder }) => folder === 'report');
    const { all: alarms } = new Alarms(this, 'Alarms', {
      ...{ configuration, metrics, acceptsReports, actions },
    });
    new OperationsDashboard(this, 'Operations', { ...props, metrics, alarms });
  }
}
