// Defines the types of the WebSocket API and the HTTP API that the gateway serves, with all references resolved.
import type { LambdaFunction } from '../lambda/invocation';

/** The rate and the capacity of a token bucket; `burst` is in requests. */
export interface Throttle {
  readonly requestsPerSecond: number;
  readonly burst: number;
}

export interface Authorizer {
  readonly function: LambdaFunction;
  /** All of them must be present in the handshake; otherwise API Gateway answers 401 without invoking the authorizer. */
  readonly identitySources: readonly string[];
}

export interface WebSocketRoute {
  readonly integration: LambdaFunction;
  readonly authorizer?: Authorizer;
  /** Whether the body that the integration returns is sent to the client: the route has a RouteResponse. */
  readonly respond: boolean;
  /** Replaces the API's throttle for this route. */
  readonly throttle?: Throttle;
}

export interface WebSocketApiDefinition {
  readonly apiId: string;
  readonly accountId: string;
  readonly region: string;
  readonly stage: string;
  readonly routes: Readonly<
    Partial<Record<'$connect' | '$disconnect' | '$default', WebSocketRoute>>
  >;
  readonly throttle?: Throttle;
}

/** A JWT authorizer of an HTTP API, and the scopes of which a route requires at least one. */
export interface JwtAuthorizer {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly scopes: readonly string[];
}

export interface HttpRoute {
  /** e.g. `GET`, or `ANY`. */
  readonly method: string;
  readonly path: string;
  readonly integration: LambdaFunction;
  readonly authorizer?: JwtAuthorizer;
  /** Replaces the API's throttle for this route. */
  readonly throttle?: Throttle;
}

/** The CORS configuration of an HTTP API. */
export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly maxAgeSeconds: number;
}

export interface HttpApiDefinition {
  readonly apiId: string;
  readonly accountId: string;
  readonly region: string;
  readonly stage: string;
  readonly routes: readonly HttpRoute[];
  readonly cors?: Cors;
  readonly throttle?: Throttle;
}

/** The operations of the @connections endpoint. */
export interface Connections {
  /**
   * Sends a message. The result is `gone` before `$connect` has returned and after the close, `tooLarge` above 128 KB,
   * and `full` if too much data waits for a client that does not read.
   */
  post(connectionId: string, data: Buffer): Promise<'delivered' | 'gone' | 'tooLarge' | 'full'>;
  /** Undefined if there is no such connection. */
  get(connectionId: string): ConnectionInfo | undefined;
  /** Closes a connection. Returns false if there is no such connection. */
  close(connectionId: string): boolean;
}

export interface ConnectionInfo {
  readonly connectedAt: Date;
  readonly lastActiveAt: Date;
  readonly sourceIp: string;
  readonly userAgent: string;
}
