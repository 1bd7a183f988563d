// `/health` answers, and counts connections.
import { get, wordsOf, type Answer } from '../http';
import { watched, type Run, type Step } from '../step';
import { DoesNotHold, NotChecked } from '../verdicts';
import { timed, waitUntilHolds } from '../wait';

interface Counted {
  readonly status?: unknown;
  readonly websocket?: {
    readonly status?: unknown;
    readonly connections?: unknown;
    readonly connectedUsers?: unknown;
  };
}

async function answerOf(run: Run): Promise<Answer> {
  if (run.service.healthUrl === undefined)
    throw new NotChecked('its URL is not known: give --health-url');
  return get(run.service.healthUrl, {}, run);
}

/** @throws {DoesNotHold} if it is not as documented */
function countsOf(answer: Answer): { readonly connections: number; readonly users: number } {
  const { status, websocket } = (answer.body ?? {}) as Counted;
  const { connections, connectedUsers: users } = websocket ?? {};
  const isRunning = answer.status === 200 && status === 'ok' && websocket?.status === 'running';
  if (!isRunning || typeof connections !== 'number' || typeof users !== 'number') {
    const expected = 'HTTP 200 with the status ok and the numbers of connections and users';
    throw new DoesNotHold(expected, wordsOf(answer));
  }
  return { connections, users };
}

/** The first answer after a deployment may be an error: the function and its connections to the table start. */
export const healthAnswers: Step = {
  name: 'health',
  async run(run) {
    const ask = async () => {
      countsOf(await answerOf(run));
    };
    await waitUntilHolds(ask, run);
    return timed(run.times, ask);
  },
};

/** The counts may be some seconds old. Other connections may be opened and closed meanwhile, so more than ours may be counted. */
export const healthCounts: Step = {
  name: 'health counts the connection',
  async run(run) {
    watched(run);
    await waitUntilHolds(async () => {
      const { connections, users } = countsOf(await answerOf(run));
      if (connections >= 1 && users >= 1) return;
      throw new DoesNotHold(
        'at least 1 connection and 1 user',
        `${connections} connections and ${users} users`,
      );
    }, run);
    return [];
  },
};
