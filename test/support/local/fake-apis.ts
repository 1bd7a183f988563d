// Functions and APIs for the gateway's tests, which a template would define.
import type { HttpApiDefinition, WebSocketApiDefinition } from '#local/gateway/definition';
import type { InvocationResult, LambdaFunction } from '#local/lambda/invocation';

export interface FakeFunction extends LambdaFunction {
  readonly events: unknown[];
}

/** A function that returns the result of `handle`, or fails with the error that it throws. */
export function fakeFunction(name: string, handle: (event: unknown) => unknown): FakeFunction {
  const events: unknown[] = [];
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
    events,
    async invoke(event): Promise<InvocationResult> {
      events.push(event);
      try {
        return { ok: true, value: await handle(event) };
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error;
        return { ok: false, errorType, errorMessage };
      }
    },
    invokeAsync() {
      throw new Error('API Gateway invokes synchronously.');
    },
  };
}

const api = { apiId: 'abcdef1234', accountId: '123456789012', region: 'us-east-1' };

export function webSocketApi(
  routes: WebSocketApiDefinition['routes'],
  more: Partial<WebSocketApiDefinition> = {},
): WebSocketApiDefinition {
  return { ...api, stage: 'live', routes, ...more };
}

export function httpApi(
  routes: HttpApiDefinition['routes'],
  more: Partial<HttpApiDefinition> = {},
): HttpApiDefinition {
  return { ...api, stage: '$default', routes, ...more };
}

export const methodArn = 'arn:aws:execute-api:us-east-1:123456789012:abcdef1234/live/$connect';

/** The response of an authorizer. */
export function policy(effect: string, context?: Record<string, unknown>) {
  const statement = { Effect: effect, Action: 'execute-api:Invoke', Resource: methodArn };
  return {
    principalId: 'alice',
    policyDocument: { Version: '2012-10-17', Statement: [statement] },
    ...(context === undefined ? {} : { context }),
  };
}
