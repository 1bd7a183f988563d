// Generates the AsyncAPI 3 document: servers, authentication, channels, operations and close codes.
import { eventTypes } from '#sdk/protocol';
import { closeCodes, eventDescriptions, messageDescriptions } from './messages';
import { ref } from './reference';
import { fileNameOf, messages, type Message } from './schemas';
import { securitySchemes, servers } from './servers';

const eventSource = 'mission-control';
const operatorSource = 'mission-control.operator';

/** Creates the AsyncAPI document. @param version the version of the project */
export function asyncApi(version: string) {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Mission Control Realtime',
      version,
      description:
        'Events of AI agents, from the event bus to dashboards. The operations are those of the service: it sends what ' +
        'dashboards receive. docs/protocol.md describes the protocol in prose.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: servers(),
    channels: channels(),
    operations: operations(),
    components: {
      messages: {
        ...components(messages.serverMessages, messageNameOf, exampleOfMessage),
        ...components(messages.clientMessages, messageNameOf, exampleOfMessage),
        ...components(messages.events, eventNameOf, exampleOfEvent),
      },
      securitySchemes: securitySchemes(),
    },
  };
}

function channels() {
  return {
    dashboards: {
      address: '/',
      title: 'The WebSocket of a dashboard',
      description:
        'Every message is one JSON text of at most 32 KB. A client that sends nothing receives ' +
        `${eventTypes.join(', ')} and heartbeat, ` +
        'connection:closing if the server closes the connection, and nothing ' +
        'else. Clients must ignore types and keys that they do not know.',
      servers: [ref('servers', 'local'), ref('servers', 'aws')],
      messages: named([...messages.serverMessages, ...messages.clientMessages], messageNameOf),
      bindings: {
        ws: {
          method: 'GET',
          query: {
            type: 'object',
            properties: {
              token: { type: 'string', description: 'A JWT. URLs may end up in logs.' },
            },
          },
          headers: {
            type: 'object',
            properties: {
              Authorization: { type: 'string', pattern: '^Bearer ' },
              'Sec-WebSocket-Protocol': { type: 'string', pattern: 'mission-control' },
            },
          },
          bindingVersion: '0.1.0',
        },
      },
      'x-close-codes': closeCodes,
    },
    eventBus: {
      address: 'mission-control',
      title: 'The event bus',
      description:
        'Messages are the details of events; the detail type is the name of the message. ' +
        `Backends report agents with the source ${eventSource}; operators disconnect users with ${operatorSource}.`,
      servers: [ref('servers', 'localEventBus'), ref('servers', 'awsEventBus')],
      messages: named(messages.events, eventNameOf),
    },
  };
}

function operations() {
  const to = (channel: string) => ref('channels', channel);
  const framed = (...types: readonly string[]) =>
    types.map((type) => ref('channels', 'dashboards', 'messages', fileNameOf(type)));
  const reported = (...types: readonly string[]) =>
    types.map((type) => ref('channels', 'eventBus', 'messages', fileNameOf(type)));
  const answer = (type: string, summary: string, ...answers: readonly string[]) => ({
    action: 'receive',
    channel: to('dashboards'),
    summary,
    messages: framed(type),
    reply: { channel: to('dashboards'), messages: framed(...answers, 'error') },
  });
  return {
    broadcast: {
      action: 'send',
      channel: to('dashboards'),
      summary: 'Sends an event to every connection.',
      messages: framed(...eventTypes),
    },
    flush: {
      action: 'send',
      channel: to('dashboards'),
      summary: 'Sends several events as one message to connections that negotiated batches.',
      messages: framed('batch'),
    },
    heartbeat: {
      action: 'send',
      channel: to('dashboards'),
      summary:
        'Shows every 30 s that the connection is alive; only when idle, if the setting heartbeat is when-idle.',
      messages: framed('heartbeat'),
    },
    closeConnection: {
      action: 'send',
      channel: to('dashboards'),
      summary: 'Sends the reason for closing the connection; a close with code 1000 follows.',
      messages: framed('connection:closing'),
    },
    answerPing: answer('ping', 'Answers with the time of the server.', 'pong'),
    syncState: answer('state:sync', 'Answers with the state, newest first.', 'state:snapshot'),
    subscribe: answer(
      'subscribe',
      'Limits the events of the connection to some agents, and answers with what has come into view.',
      'subscribed',
      'state:snapshot',
    ),
    tellTimeline: answer(
      'session:history',
      'Answers with a page of what a session has reported, newest first.',
      'session:timeline',
    ),
    refreshToken: answer('token:refresh', 'Verifies the newer token.', 'token:refreshed'),
    takeEvent: {
      action: 'receive',
      channel: to('eventBus'),
      summary: 'Receives an event of a backend, and broadcasts it if it is not stale.',
      messages: reported(...eventTypes, 'events:batch'),
    },
    takeOrder: {
      action: 'receive',
      channel: to('eventBus'),
      summary: 'Closes the connections of a user for an operator.',
      messages: reported('user:disconnect'),
    },
  };
}

/** The messages of a channel, by the names with which operations refer to them. */
function named(list: readonly Message[], nameOf: (type: string) => string) {
  return Object.fromEntries(
    list.map(({ type }) => [fileNameOf(type), ref('components', 'messages', nameOf(type))]),
  );
}

function components(
  list: readonly Message[],
  nameOf: (type: string) => string,
  exampleOf: (type: string) => unknown,
) {
  return Object.fromEntries(
    list.map(({ type, summary, schema: payload }) => [
      nameOf(type),
      { name: type, title: type, summary, payload, examples: [{ payload: exampleOf(type) }] },
    ]),
  );
}

/** The name of an event in `components`. It differs from the name of the message, which has the same type. */
function eventNameOf(type: string): string {
  return `${fileNameOf(type)}-event`;
}

function messageNameOf(type: string): string {
  return fileNameOf(type);
}

function exampleOfMessage(type: string): unknown {
  return messageDescriptions[type as keyof typeof messageDescriptions].example;
}

function exampleOfEvent(type: string): unknown {
  return eventDescriptions[type]?.example;
}
