// Runs a synthesized template on this machine: all of it but the WebSocket and HTTP server in front.
import { httpApiOf, webSocketApiOf } from './api-definitions';
import { createConnectionsService } from '../aws/connections/connections-service';
import { createDynamoEngine } from '../aws/dynamodb/dynamo-engine';
import { createDynamoService } from '../aws/dynamodb/dynamodb-service';
import { deployTables } from './deploy-tables';
import { openEndpoint, type Endpoint } from '../aws/endpoint/endpoint';
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
import { createSqsService } from '../aws/sqs/sqs-service';
import type { Connections, HttpApiDefinition, WebSocketApiDefinition } from '../gateway/definition';
import { deployFunctions } from './deploy-functions';
import type { LocalFunction } from '../lambda/local-function';
import type { LogLine, WriteLogLine } from '../support/log-line';
import { systemTimers, type Timers } from '../support/timers';
import { createMonitor, type LocalAlarm, type Monitor } from '../monitoring/monitor';
import { resolveTemplate } from '../template/resolve-template';
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
  /** `AWS::StackName`. */
  readonly stackName?: string;
  readonly timers?: Timers;
  /** Other timeouts than the template's, in seconds, by name of the function. */
  readonly functionTimeoutSeconds?: Readonly<Record<string, number>>;
  /** How long a minute of the template's alarms takes. Default: a minute. */
  readonly alarmMinuteMilliseconds?: number;
  /** Which calls of the schedules come late, or never. Default: none. */
  readonly scheduleLateness?: Lateness | undefined;
}

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
  /** Starts schedules and event source mappings: what makes functions run without a request. */
  start(): void;
  /** The template's alarms, and what they say now. */
  alarms(): readonly LocalAlarm[];
  /** Lets requests to the AWS endpoint fail; the function that it gives withdraws the fault. */
  injectFault(fault: Fault): () => void;
  /** Ends everything at once, also running invocations. */
  close(): Promise<void>;
}

/**
 * Creates all that the template describes.
 * @throws {TemplateError} for what the local stack does not know, naming logical id, type and property
 * @throws an error with the code EADDRINUSE when the port is in use
 */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const { log } = options;
  const ownTimers = systemTimers();
  const timers = options.timers ?? ownTimers;
  const keys = new AccessKeys();
  // First of all: what the template resolves to contains this address.
  let monitor: Monitor | undefined;
  const endpoint = await openEndpoint({
    port: options.awsPort,
    keys,
    timers,
    log,
    onRefused: (request) => monitor?.refused(request),
  });
  const closers: (() => unknown)[] = [
    () => endpoint.close(),
    () => {
      ownTimers.close();
    },
  ];
  // In the reverse order of their creation, but the waits all together.
  const close = async () => {
    await Promise.all(
      closers
        .splice(0)
        .reverse()
        .map((each) => each()),
    );
  };
  try {
    const onMonitor = (created: Monitor) => (monitor = created);
    return { ...(await create(options, endpoint, keys, timers, closers, onMonitor)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function create(
  { template: given, assetDirectory, webSocketUrl, httpUrl, log, ...options }: DeploymentOptions,
  endpoint: Endpoint,
  keys: AccessKeys,
  timers: Timers,
  closers: (() => unknown)[],
  onMonitor: (monitor: Monitor) => void,
): Promise<Omit<Deployment, 'close'>> {
  const { url: endpointUrl } = endpoint;
  const template = resolveTemplate({
    template: given,
    stackName: options.stackName ?? 'mission-control',
    urls: { endpointUrl, webSocketUrl, httpUrl },
  });
  const roles = rolesOf(template);
  const requireInvokePermission = invokePermissionsOf(template);

  const queues = deployQueues(template, timers);
  closers.push(() => {
    for (const queue of queues.values()) queue.close();
  });
  const { alarmMinuteMilliseconds: minuteMilliseconds } = options;
  const monitor = createMonitor({ template, queues, timers, log, minuteMilliseconds });
  onMonitor(monitor);
  const world = {
    ...{ assetDirectory, endpointUrl, roles, keys, queues, timers },
    log: (line: LogLine) => {
      monitor.printed(line.source, line.text);
      log(line);
    },
    onInvoked: monitor.invoked,
  };
  const { functionTimeoutSeconds: timeouts = {} } = options;
  const functions = deployFunctions(template, { ...world, functionTimeoutSeconds: timeouts });
  closers.push(() => Promise.all([...functions.values()].map((each) => each.close())));
  const mappings = deployEventSourceMappings(template, { ...world, functions });
  closers.push(() => {
    for (const mapping of mappings) mapping.close();
  });
  const buses = deployEventBuses(template, { functions, queues, requireInvokePermission, log });
  const { scheduleLateness: lateness } = options;
  const startSchedules = deploySchedules(template, { functions, queues, roles, timers, lateness });
  const apis = { template, functions, requireInvokePermission };
  const webSocketApi = webSocketApiOf(apis);
  const httpApi = httpApiOf(apis);
  const engine = createDynamoEngine();
  const tables = await deployTables(template, engine, timers, log);
  closers.push(tables.stop);

  let connections: Connections | undefined;
  const { apiId, stage } = webSocketApi;
  endpoint.serve(createDynamoService({ engine, authorize, ...tables }));
  endpoint.serve(createSqsService([...queues.values()], authorize));
  endpoint.serve(createEventsService({ buses, authorize, timers, log }));
  endpoint.serve(
    createConnectionsService({ apiId, stage, authorize, connections: () => connections }),
  );
  return {
    webSocketApi,
    httpApi,
    functions,
    outputs: template.outputs,
    endpointUrl,
    serveConnections(given) {
      connections = given;
    },
    start() {
      closers.push(startSchedules());
      for (const mapping of mappings) mapping.start();
      closers.push(monitor.start());
    },
    alarms: monitor.alarms,
    injectFault: (fault) => endpoint.injectFault(fault),
  };
}
