// What a template says about its WebSocket API and its HTTP API, with every reference resolved.
import type { LambdaFunction } from '../lambda/invocation';

/** Requests a second, and how many may come at once: a token bucket. */
export interface Throttle {
  readonly requestsPerSecond: number;
  readonly burst: number;
}

export interface Authorizer {
  readonly function: LambdaFunction;
  /** All must be present in the handshake, else 401 without a call: API Gateway ANDs them. */
  readonly identitySources: readonly string[];
}

export interface WebSocketRoute {
  readonly integration: LambdaFunction;
  readonly authorizer?: Authorizer;
  /** Whether the integration's body is sent back to the client (a RouteResponse exists). */
  readonly respond: boolean;
  /** Of this route alone, instead of the API's. */
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

export interface HttpRoute {
  /** e.g. `GET`, or `ANY`. */
  readonly method: string;
  readonly path: string;
  readonly integration: LambdaFunction;
  /** Of this route alone, instead of the API's. */
  readonly throttle?: Throttle;
}

/** What pages of other origins may do. */
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

/** Open connections as the @connections endpoint sees them. */
export interface Connections {
  /**
   * `gone` before `$connect` has returned and after the close; `tooLarge` above 128 KB; `full` when the client does not
   * read.
   */
  post(connectionId: string, data: Buffer): Promise<'delivered' | 'gone' | 'tooLarge' | 'full'>;
  get(connectionId: string): ConnectionInfo | undefined;
  /** False when there is no such connection. */
  close(connectionId: string): boolean;
}

export interface ConnectionInfo {
  readonly connectedAt: Date;
  readonly lastActiveAt: Date;
  readonly sourceIp: string;
  readonly userAgent: string;
}
