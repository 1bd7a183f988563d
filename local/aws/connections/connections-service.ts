// Implements the @connections API of API Gateway, with which backends post to, describe and close connections.
import { arnOf } from '../../template/pseudo-parameters';
import type { ConnectionInfo, Connections } from '../../gateway/definition';
import type { Authorize } from '../endpoint/policy';
import {
  AwsError,
  type AwsService,
  type ServiceRequest,
  type ServiceResponse,
} from '../endpoint/service';

export interface ConnectionsServiceOptions {
  readonly apiId: string;
  readonly stage: string;
  readonly authorize: Authorize;
  /** The gateway's connections; undefined until the gateway runs. */
  connections(): Connections | undefined;
}

/** `/<stage>/@connections/<id>`. SDKs may percent-encode the @. */
const pathPattern = /^\/([^/]+)\/(?:@|%40)connections\/([^/]+)$/i;

/** The format of connection ids. Any other text gets a 400; an id without an open connection gets a 410. */
const connectionIdPattern = /^[\w-]{15}=$/;

const operations: Readonly<Record<string, string>> = {
  POST: 'PostToConnection',
  GET: 'GetConnection',
  DELETE: 'DeleteConnection',
};

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html */
export function createConnectionsService(options: ConnectionsServiceOptions): AwsService {
  const { apiId, stage, authorize } = options;
  return {
    // Requests to this API are signed for the service name `execute-api`.
    name: 'execute-api',
    authenticationErrorStatus: 403,
    operationOf: ({ method }) => operations[method] ?? method,
    async handle({ method, path, body, principal }) {
      const [, pathStage, encodedId] = pathPattern.exec(path) ?? [];
      if (encodedId === undefined || operations[method] === undefined) {
        const message = `${method} ${path} is not supported by the local stack, which supports POST, GET and DELETE of /${stage}/@connections/{connectionId}.`;
        throw new AwsError('UnknownOperationException', message, 404);
      }
      if (pathStage !== stage) {
        throw new AwsError('ForbiddenException', `There is no stage ${String(pathStage)}.`, 403);
      }
      const connectionId = decode(encodedId);
      if (!connectionIdPattern.test(connectionId)) throw malformed(connectionId);
      const resource = arnOf(
        'execute-api',
        `${apiId}/${stage}/${method}/@connections/${connectionId}`,
      );
      authorize(principal, 'execute-api:ManageConnections', resource);
      const connections = options.connections();
      if (connections === undefined) throw gone();
      return perform(method, connectionId, body, connections);
    },
    writeError: (error) => ({
      status: error.status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
      body: JSON.stringify({ message: error.message }),
    }),
  };
}

async function perform(
  method: ServiceRequest['method'],
  connectionId: string,
  body: Buffer,
  connections: Connections,
): Promise<ServiceResponse> {
  if (method === 'POST') {
    const delivery = await connections.post(connectionId, body);
    if (delivery === 'gone') throw gone();
    if (delivery === 'tooLarge') {
      throw new AwsError('PayloadTooLargeException', 'Message too long', 413);
    }
    if (delivery === 'full') {
      throw new AwsError('LimitExceededException', 'The client does not read its messages.', 429);
    }
    return { status: 200 };
  }
  if (method === 'DELETE') {
    if (!connections.close(connectionId)) throw gone();
    return { status: 204 };
  }
  const info = connections.get(connectionId);
  if (info === undefined) throw gone();
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(describe(info)),
  };
}

function describe({ connectedAt, lastActiveAt, sourceIp, userAgent }: ConnectionInfo) {
  return {
    connectedAt: connectedAt.toISOString(),
    identity: { sourceIp, userAgent },
    lastActiveAt: lastActiveAt.toISOString(),
  };
}

const gone = () => new AwsError('GoneException', 'The connection no longer exists.', 410);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed(text);
  }
}

const malformed = (text: string) =>
  new AwsError('BadRequestException', `Invalid connectionId: ${text}`, 400);
