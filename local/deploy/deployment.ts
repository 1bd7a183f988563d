// Runs the resources of a synthesized template, except for the WebSocket and HTTP server, which is gateway/.
// Other folders import deploy of this file, and synthesize of synthesize.ts, which creates the template.
import { httpApiOf, webSocketApiOf } from './api-definitions';
import { createConnectionsService } from '../aws/connections/connections-service';
import { createDynamoEngine } from '../aws/dynamodb/dynamo-engine';
import { createDynamoService } from '../aws/dynamodb/dynamodb-service';
import { deployTables } from './deploy-tables';
import { openEndpoint } from '../aws/endpoint/endpoint';
import { deployEventBuses } from './deploy-event-buses';
import { createEventsService } from '../aws/events/events-service';
import type { Fault } from '../aws/endpoint/faults';
import { invokePermissionsOf } from './invoke-permissions';
import type { AnsweredRequest } from '../aws/endpoint/answer-request';
import { authorize } from '../aws/endpoint/policy';
import { AccessKeys } from '../aws/endpoint/principal';
import { rolesOf } from './roles';
import { deploySchedules } from './deploy-schedules';
import type { Lateness } from '../aws/scheduler/schedule';
import { deployEventSourceMappings, deployQueues } from './deploy-queues';
import type { Queues } from '../aws/sqs/queue';
import { createSqsService } from '../aws/sqs/sqs-service';
import type { Connections, HttpApiDefinition, WebSocketApiDefinition } from '../gateway/definition';
import { deployFunctions, provisionedIn } from './deploy-functions';
import type { LocalFunction } from '../lambda/local-function';
import type { LogLine, WriteLogLine } from '../support/log-line';
import { Disposables } from '../support/disposables';
import { systemTimers, type Cancel, type Timers } from '../support/timers';
import { createMonitor, type LocalAlarm, type Monitor } from '../monitoring/monitor';
import { resolveTemplate, type ResolvedTemplate } from '../template/resolve-template';
import type { Template } from '../template/template';

export interface DeploymentOptions {
  /** The CloudFormation template, parsed. */
  readonly template: Template;
  /** The cloud assembly's directory: code with the S3 key `<hash>.zip` is in its folder `asset.<hash>`. */
  readonly assetDirectory: string;
  /** The AWS endpoint's port on 127.0.0.1; 0 for any free port. */
  readonly awsPort: number;
  /** The URL of the WebSocket API, e.g. `ws://localhost:3000`, without a trailing slash. */
  readonly webSocketUrl: string;
  /** The URL of the HTTP API, e.g. `http://localhost:3000`, without a trailing slash. */
  readonly httpUrl: string;
  readonly log: WriteLogLine;
  readonly testing?: DeploymentTestHooks;
}

/** Options for tests only. */
export interface DeploymentTestHooks {
  /** Default: the machine's clock and timers. */
  readonly timers?: Timers;
  /** Timeouts in seconds that replace those of the template, by function name. Default: none. */
  readonly functionTimeoutSeconds?: Readonly<Record<string, number>>;
  /** The duration in seconds of one minute of the template's alarms. Default: 60. */
  readonly alarmMinuteSeconds?: number;
  /** The delay in milliseconds of each call of a schedule, or `lost`. Default: no delay. */
  readonly scheduleLateness?: Lateness;
  /** Called with each request that the AWS endpoint has answered. */
  readonly onAnswered?: (request: AnsweredRequest) => void;
}

/** The value of `AWS::StackName`. */
const stackName = 'mission-control';

export interface Deployment {
  readonly webSocketApi: WebSocketApiDefinition;
  readonly httpApi: HttpApiDefinition;
  /** The functions by name. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  /** The stack's outputs by name, with local addresses. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The AWS endpoint, e.g. `http://127.0.0.1:4566`. */
  readonly endpointUrl: string;
  /** Connects the @connections endpoint to the gateway's connections. Until then, requests are answered 410. */
  serveConnections(connections: Connections): void;
  /** Starts the schedules, the event source mappings and the evaluation of alarms. */
  start(): void;
  /** The template's alarms with their current states. */
  alarms(): readonly LocalAlarm[];
  /** Makes requests to the AWS endpoint fail until the returned function is called. */
  injectFault(fault: Fault): () => void;
  /** Stops everything. Does not wait for running invocations. */
  close(): Promise<void>;
}

/**
 * Creates all resources of the template.
 * @throws {TemplateError} if the local stack does not support a part of the template; the message has the logical id, the
 * type and the property
 * @throws an error with the `code` `EADDRINUSE` if the port is in use
 */
export function deploy(options: DeploymentOptions): Promise<Deployment> {
  return Disposables.build((disposables) => create(options, disposables));
}

async function create(options: DeploymentOptions, disposables: Disposables): Promise<Deployment> {
  const { webSocketUrl, httpUrl, log, testing = {} } = options;
  const timers = testing.timers ?? disposables.use(systemTimers());
  const keys = new AccessKeys();
  // The endpoint must be open before the template is resolved, which contains the endpoint's URL.
  const { onAnswered } = testing;
  // Closed last: the endpoint and the functions may have operations under way.
  const engine = disposables.use(createDynamoEngine());
  const endpoint = await openEndpoint({ port: options.awsPort, keys, timers, log, onAnswered });
  disposables.use(endpoint);
  const { url: endpointUrl } = endpoint;
  const urls = { endpointUrl, webSocketUrl, httpUrl };
  const template = resolveTemplate({ template: options.template, stackName, urls });

  const queues = deployQueues(template, timers);
  disposables.add(() => {
    for (const queue of queues.values()) queue.close();
  });
  const minuteMilliseconds = (testing.alarmMinuteSeconds ?? 60) * 1000;
  const monitor = createMonitor({ template, queues, timers, log, minuteMilliseconds });
  endpoint.onRefused(monitor.refused);
  const requireInvokePermission = invokePermissionsOf(template);
  const compute = deployCompute({
    ...{ template, endpointUrl, keys, queues, timers, log, monitor, disposables, testing },
    assetDirectory: options.assetDirectory,
  });
  const { functions } = compute;
  const apis = { template, functions, requireInvokePermission };
  const webSocketApi = webSocketApiOf(apis);
  const httpApi = httpApiOf(apis);
  const buses = deployEventBuses(template, { functions, queues, requireInvokePermission, log });
  const tables = await deployTables(template, engine, timers, log);
  disposables.add(tables.stop);

  let connections: Connections | undefined;
  const { apiId, stage } = webSocketApi;
  endpoint.serve(createDynamoService({ engine, authorize, ...tables }));
  endpoint.serve(createSqsService([...queues.values()], authorize));
  endpoint.serve(createEventsService({ buses, authorize, timers, log }));
  endpoint.serve(
    createConnectionsService({ apiId, stage, authorize, connections: () => connections }),
  );
  return {
    ...{ webSocketApi, httpApi, functions, endpointUrl, outputs: template.outputs },
    serveConnections(given) {
      connections = given;
    },
    start() {
      disposables.add(compute.start());
      disposables.add(monitor.start());
    },
    alarms: monitor.alarms,
    injectFault: (fault) => endpoint.injectFault(fault),
    close: () => disposables.dispose(),
  };
}

interface ComputeDependencies {
  readonly template: ResolvedTemplate;
  readonly assetDirectory: string;
  readonly endpointUrl: string;
  readonly keys: AccessKeys;
  readonly queues: Queues;
  readonly timers: Timers;
  readonly log: WriteLogLine;
  readonly monitor: Monitor;
  readonly disposables: Disposables;
  readonly testing: DeploymentTestHooks;
}

/**
 * Creates the functions, event source mappings and schedules. No function is invoked by a mapping or a schedule before
 * `start` is called, which returns a function that stops the schedules.
 */
function deployCompute(dependencies: ComputeDependencies) {
  const { template, queues, timers, log, monitor, disposables, testing } = dependencies;
  const roles = rolesOf(template);
  const logOfFunctions = (line: LogLine) => {
    monitor.printed(line.source, line.text);
    log(line);
  };
  const functions = deployFunctions(template, {
    ...dependencies,
    ...{ roles, log: logOfFunctions, onInvoked: monitor.invoked },
    functionTimeoutSeconds: testing.functionTimeoutSeconds ?? {},
  });
  disposables.add(() => Promise.all([...functions.values()].map((each) => each.close())));
  const mappings = deployEventSourceMappings(template, {
    ...{ queues, functions, roles, timers, log: logOfFunctions },
  });
  disposables.add(() => {
    for (const mapping of mappings) mapping.close();
  });
  const { scheduleLateness: lateness } = testing;
  const startSchedules = deploySchedules(template, { functions, queues, roles, timers, lateness });
  const start = (): Cancel => {
    const stopSchedules = startSchedules();
    for (const mapping of mappings) mapping.start();
    for (const name of provisionedIn(template)) functions.get(name)?.provision();
    return stopSchedules;
  };
  return { functions, start };
}
