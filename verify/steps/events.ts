// An event that is reported comes as the documented message.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentStatus, EventMessage } from '#sdk/protocol';
import type { Connection } from '../connection';
import { watched, type Run, type Step } from '../step';
import { DoesNotHold } from '../verdicts';
import { timeOut } from '../wait';

/** If the command is killed before its clean-up, the service sets the agent `offline` after this time. */
const aliveForSeconds = 600;

export const statusEvents: Step = {
  name: 'event to message',
  async run(run) {
    const connection = watched(run);
    const durations: number[] = [];
    for (let index = 0; index < run.events; index += 1) {
      // The same status again would only restart the time to live, and no message would come.
      const status = index % 2 === 0 ? 'online' : 'error';
      if (index > 0) await sleep(run.pauseMilliseconds, undefined, { signal: run.signal });
      durations.push(await reportStatus(run, connection, status));
    }
    return durations;
  },
};

/** Reports a status of the agent, and waits for its message. @returns the milliseconds from the call to the message */
export async function reportStatus(
  run: Run,
  connection: Connection,
  status: AgentStatus['status'],
): Promise<number> {
  const { agentId, publisher } = run;
  // An agent that is offline needs no time to live.
  const life = status === 'offline' ? {} : { aliveForSeconds };
  const from = connection.count;
  const start = performance.now();
  run.known.isReported = true;
  await accepted(run, publisher.broadcast('agent:status', { agentId, status, ...life }));
  const expected = { agentId, status };
  const at = await arrival(run, connection, { type: 'agent:status', expected, from });
  run.known.status = status;
  return at - start;
}

export const sessionId = 'verify';
export const lastMessage = 'Hello from npm run verify';

export const activityEvent: Step = {
  name: 'session activity to message',
  async run(run) {
    const connection = watched(run);
    await sleep(run.pauseMilliseconds, undefined, { signal: run.signal });
    const { agentId, publisher } = run;
    const expected = { agentId, sessionId, lastMessage };
    const from = connection.count;
    const start = performance.now();
    await accepted(run, publisher.broadcastSessionActivity(agentId, sessionId, lastMessage));
    const at = await arrival(run, connection, { type: 'session:activity', expected, from });
    return [at - start];
  },
};

/** Waits until the event bus has accepted an event. */
export async function accepted(run: Run, sent: Promise<void>): Promise<void> {
  const expected = `the event bus ${run.service.eventBusName} to accept the event`;
  try {
    await timeOut(sent, expected, run);
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof DoesNotHold) throw error;
    throw new DoesNotHold(expected, run.service.explain(error));
  }
}

interface Expected {
  readonly type: EventMessage['type'];
  /** The payload without the timestamp, in the order of the documentation. */
  readonly expected: Readonly<Record<string, string>>;
  readonly from: number;
}

/** @returns when the message came */
async function arrival(run: Run, connection: Connection, sent: Expected): Promise<number> {
  const { type, expected, from } = sent;
  const isOurs = ({ message }: { message: unknown }) => {
    const { type: itsType, payload } = (message ?? {}) as Partial<EventMessage>;
    const values = (payload ?? {}) as unknown as Readonly<Record<string, unknown>>;
    return (
      itsType === type && Object.entries(expected).every(([key, value]) => values[key] === value)
    );
  };
  const what = `a message ${type} of ${run.agentId}`;
  const { text, message, at } = await connection.next(isOurs, what, run, from);
  const { payload } = message as EventMessage;
  const documented = JSON.stringify({
    type,
    payload: { ...expected, timestamp: payload.timestamp },
  });
  if (text !== documented) throw new DoesNotHold(documented, text);
  return at;
}
