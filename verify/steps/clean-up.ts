// The agent is set offline, and the connections are closed.
import type { Run, Step } from '../step';
import { DoesNotHold } from '../verdicts';
import { accepted, reportStatus } from './events';

/** It runs also after a failure, and after Ctrl-C. */
export const cleanUp: Step = {
  name: 'clean-up',
  async run(run) {
    try {
      if (run.known.isReported === true) await setOffline(run);
    } finally {
      await closeAll(run);
    }
    return [];
  },
};

async function setOffline(run: Run): Promise<void> {
  const { connection, status } = run.known;
  // If no message has come before, it is not waited for again: the steps before say what is wrong.
  if (connection?.isOpen === true && status !== undefined) {
    await reportStatus(run, connection, 'offline');
  } else {
    await accepted(run, run.publisher.broadcastAgentStatus(run.agentId, 'offline'));
  }
}

async function closeAll(run: Run): Promise<void> {
  const codes = await Promise.all(
    [...run.known.opened].map(async (connection) => connection.close(run)),
  );
  const other = codes.find((code) => code !== 1000);
  if (other !== undefined)
    throw new DoesNotHold('each connection to close with 1000', String(other));
}
