// The service answers the messages of clients: `ping`, `state:sync` and `token:refresh`.
import { parseServerMessage, type ServerMessage } from '#sdk/protocol';
import type { Connection, Received } from '../connection';
import { watched, type Run, type Snapshot, type Step } from '../step';
import { DoesNotHold, NotChecked } from '../verdicts';
import { timed } from '../wait';
import { withOtherSignature } from '../wrong-tokens';
import { lastMessage, sessionId } from './events';

export const ping: Step = {
  name: 'ping to pong',
  async run(run) {
    const connection = watched(run);
    return timed(run.times, () => request(run, connection, { type: 'ping', payload: {} }, 'pong'));
  },
};

export const stateSync: Step = {
  name: 'state sync',
  async run(run) {
    const connection = watched(run);
    const durations = await timed(run.times, async () => {
      run.known.snapshot = await snapshotOf(run, connection);
    });
    requireEvents(run);
    return durations;
  },
};

/** The events whose messages have come must be in the state. */
function requireEvents({ known: { status, snapshot }, agentId }: Run): void {
  if (status === undefined || snapshot === undefined) {
    throw new NotChecked('the snapshot came, but no event that it must have: see the steps before');
  }
  const wanted = [
    { list: snapshot.agents, part: `"agentId":"${agentId}","status":"${status}"` },
    {
      list: snapshot.sessions,
      part: `"agentId":"${agentId}","sessionId":"${sessionId}","lastMessage":"${lastMessage}"`,
    },
  ];
  for (const { list, part } of wanted) {
    if (list.some((text) => text.includes(part))) continue;
    throw new DoesNotHold(`a snapshot with ${part}`, `one without it, of ${list.length} events`);
  }
}

async function snapshotOf(run: Run, connection: Connection): Promise<Snapshot> {
  let from = connection.count;
  connection.send({ type: 'state:sync', payload: {} });
  const [agents, sessions]: [string[], string[]] = [[], []];
  for (;;) {
    const part = await answer(run, connection, 'state:snapshot', from);
    from = part.index + 1;
    const { payload } = part.message as Extract<ServerMessage, { type: 'state:snapshot' }>;
    agents.push(...payload.agents.map((one) => textOf('agent:status', one)));
    sessions.push(...payload.sessions.map((one) => textOf('session:activity', one)));
    if (payload.complete) {
      return { agents, sessions, heartbeatSeconds: payload.heartbeatSeconds };
    }
  }
}

/** The message of an event in a snapshot. */
function textOf(type: string, payload: object): string {
  return JSON.stringify({ type, payload });
}

export const tokenRefresh: Step = {
  name: 'token refresh',
  async run(run) {
    const connection = watched(run);
    const { token } = run.service;
    const message = { type: 'token:refresh', payload: { token } };
    return timed(run.times, () => request(run, connection, message, 'token:refreshed'));
  },
};

export const tokenRefreshRefused: Step = {
  name: 'refuses a refresh with another signature',
  async run(run) {
    const connection = watched(run);
    const from = connection.count;
    const token = withOtherSignature(run.service.token);
    connection.send({ type: 'token:refresh', payload: { token } });
    const isAnswer = ({ message }: Received) =>
      message?.type === 'error' || message?.type === 'token:refreshed';
    const expected = 'the error token_refused';
    const { text, message } = await connection.next(isAnswer, expected, run, from);
    if (message?.type === 'error' && message.payload.code === 'token_refused') return [];
    throw new DoesNotHold(expected, text);
  },
};

async function request(run: Run, connection: Connection, message: object, type: string) {
  const from = connection.count;
  connection.send(message);
  await answer(run, connection, type, from);
}

/** Waits for a message of a type. An `error`, or a message that API Gateway itself sends, is another answer. */
async function answer(run: Run, connection: Connection, type: string, from: number) {
  const isAnswer = ({ text, message }: Received) =>
    message?.type === type || message?.type === 'error' || isOfGateway(text);
  const received = await connection.next(isAnswer, type, run, from);
  if (received.message?.type === type) return received;
  throw new DoesNotHold(type, received.text);
}

/** `{ message, connectionId, requestId }`: the function was not reached, or has failed. */
function isOfGateway(text: string): boolean {
  return !parseServerMessage(text).ok && text.includes('"connectionId"');
}
