// A heartbeat comes within its interval.
import { watched, type Step } from '../step';
import { NotChecked } from '../verdicts';

export const heartbeat: Step = {
  name: 'heartbeat',
  async run(run) {
    const connection = watched(run);
    const seconds = run.known.snapshot?.heartbeatSeconds;
    if (seconds !== undefined && seconds * 1000 > run.heartbeatMilliseconds) {
      throw new NotChecked(
        `this service sends one every ${seconds} s: give --heartbeat-timeout more than that`,
      );
    }
    const waiting = { timeoutMilliseconds: run.heartbeatMilliseconds, signal: run.signal };
    // One that has come during the steps before is as good.
    await connection.next(({ message }) => message?.type === 'heartbeat', 'a heartbeat', waiting);
    return [];
  },
};
