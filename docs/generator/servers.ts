// The servers of the AsyncAPI document, for the local stack and for AWS, and their authentication.
import { ref } from './reference';

const tokens = ['bearer', 'subprotocol', 'query'].map((name) =>
  ref('components', 'securitySchemes', name),
);
const signature = [ref('components', 'securitySchemes', 'awsSignature')];

export function servers() {
  return {
    local: {
      host: 'localhost:3000',
      protocol: 'ws',
      description: 'The local stack, which npm start runs.',
      security: tokens,
    },
    aws: {
      host: '{apiId}.execute-api.{region}.amazonaws.com',
      pathname: '/{stage}',
      protocol: 'wss',
      description: 'A deployment: the output WebSocketUrl.',
      variables: {
        apiId: { description: 'The id of the WebSocket API.' },
        region: { description: 'The region of the deployment.', default: 'us-east-1' },
        stage: { description: 'The setting stage.', default: 'live' },
      },
      security: tokens,
    },
    localEventBus: {
      host: 'localhost:4566',
      protocol: 'http',
      description: 'EventBridge of the local stack.',
      security: signature,
    },
    awsEventBus: {
      host: 'events.{region}.amazonaws.com',
      protocol: 'https',
      description: 'The operation PutEvents of EventBridge.',
      variables: { region: { description: 'The region of the deployment.', default: 'us-east-1' } },
      security: signature,
    },
  };
}

export function securitySchemes() {
  return {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'For clients that can set headers.',
    },
    subprotocol: {
      type: 'httpApiKey',
      in: 'header',
      name: 'Sec-WebSocket-Protocol',
      description:
        'For browsers: the subprotocols mission-control and the JWT, and mission-control.batch for clients that take ' +
        'batches. The server selects mission-control.batch if it is offered, otherwise mission-control, and never the JWT.',
    },
    query: {
      type: 'httpApiKey',
      in: 'query',
      name: 'token',
      description:
        'For clients that can set neither headers nor subprotocols. URLs may end up in logs.',
    },
    awsSignature: {
      type: 'httpApiKey',
      in: 'header',
      name: 'Authorization',
      description: 'AWS Signature Version 4, with the permission events:PutEvents.',
    },
  };
}
