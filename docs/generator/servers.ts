// Where the service is, on this machine and on AWS, and how one gets in.
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
      description: 'The local stack, as npm start runs it.',
      security: tokens,
    },
    aws: {
      host: '{apiId}.execute-api.{region}.amazonaws.com',
      pathname: '/{stage}',
      protocol: 'wss',
      description: 'A deployment: its output WebSocketUrl.',
      variables: {
        apiId: { description: 'The id of the WebSocket API.' },
        region: { description: 'Where it is deployed.', default: 'us-east-1' },
        stage: { description: 'The setting of that name.', default: 'live' },
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
      description: 'EventBridge: its operation PutEvents.',
      variables: { region: { description: 'Where it is deployed.', default: 'us-east-1' } },
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
      description: 'For everything that can set headers.',
    },
    subprotocol: {
      type: 'httpApiKey',
      in: 'header',
      name: 'Sec-WebSocket-Protocol',
      description:
        'For browsers: the subprotocols mission-control and the JWT, and mission-control.batch for clients that take ' +
        'batches. The last is echoed if it is there, else the first; never the JWT.',
    },
    query: {
      type: 'httpApiKey',
      in: 'query',
      name: 'token',
      description: 'For browsers that cannot offer subprotocols.',
    },
    awsSignature: {
      type: 'httpApiKey',
      in: 'header',
      name: 'Authorization',
      description: 'AWS Signature Version 4, with the permission events:PutEvents.',
    },
  };
}
