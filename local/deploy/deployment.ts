// Runs a synthesized template on this machine: all of it but the WebSocket and HTTP server in front.
// Others use deploy() of this file, and synthesize() of synthesize.ts, which makes the template.
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
import { authorize } from '../aws/endpoint/policy';
import { AccessKeys } from '../aws/endpoint/principal';
import { rolesOf } from './roles';
import { deploySchedules } from './deploy-schedules';
import type { Lateness } from '../aws/scheduler/schedule';
import { deployEventSourceMappings, deployQueues } from './deploy-queues';
import type { Queues } from '../aws/sqs/queue';
import { createSqsService } from '../aws/sqs/sqs-service';
import type { Connections, HttpApiDefinition, WebSocketApiDefinition } from '../gateway/definition';
import { deployFunctions } from './deploy-functions';
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
  /** The cloud assembly's directory: the code `<hash>.zip` is its folder `asset.<hash>`. */
  readonly assetDirectory: string;
  /** The AWS endpoint's port on 127.0.0.1; 0 for any free one. */
  readonly awsPort: number;
  /** Where clients will open WebSockets, e.g. `ws://localhost:3000`, without a slash at the end. */
  readonly webSocketUrl: string;
  /** Where the HTTP API will answer, e.g. `http://localhost:3000`, without a slash at the end. */
  readonly httpUrl: string;
  readonly log: WriteLogLine;
  readonly testing?: DeploymentTestHooks;
}

/** What only tests change. */
export interface DeploymentTestHooks {
  /** Default: the machine's clock. */
  readonly timers?: Timers;
  /** Other timeouts than the template's, in seconds, by name of the function. Default: none. */
  readonly functionTimeoutSeconds?: Readonly<Record<string, number>>;
  /** How long a minute of the template's alarms takes. Default: 60. */
  readonly alarmMinuteSeconds?: number;
  /** By how many milliseconds calls of schedules are late, or that they are lost. Default: none is. */
  readonly scheduleLateness?: Lateness;
}

/** `AWS::StackName`. */
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
  /** Tells @connections about the gateway's connections; until then every connection is gone. */
  serveConnections(connections: Connections): void;
  /** Starts schedules and event source mappings, which invoke functions without a request. */
  start(): void;
  /** The template's alarms with their states. */
  alarms(): readonly LocalAlarm[];
  /** Lets requests to the AWS endpoint fail; the returned function withdraws the fault. */
  injectFault(fault: Fault): () => void;
  /** Stops everything, without waiting for invocations that run. */
  close(): Promise<void>;
}

/**
 * Creates all that the template describes.
 * @throws {TemplateError} for what the local stack does not know, naming logical id, type and property
 * @throws an error with the code EADDRINUSE when the port is in use
 */
export function deploy(options: DeploymentOptions): Promise<Deployment> {
  return Disposables.build((disposables) => create(options, disposables));
}

async function create(options: DeploymentOptions, disposables: Disposables): Promise<Deployment> {
  const { webSocketUrl, httpUrl, log, testing = {} } = options;
  const timers = testing.timers ?? disposables.use(systemTimers());
  const keys = new AccessKeys();
  // Before anything else: the resolved template contains the endpoint's address.
  const endpoint = await openEndpoint({ port: options.awsPort, keys, timers, log });
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
  const engine = createDynamoEngine();
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

/** The functions, and what invokes them without a request: nothing before `start`, which returns what stops it. */
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
    return stopSchedules;
  };
  return { functions, start };
}
