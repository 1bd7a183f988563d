// Decides when the user is notified of errors, and with which words.
import type { MissionControl } from '#sdk/client';
import { counted } from '../text/counted';
import { collectFailures, nameList } from './failures';
import { createPaced, type Pace, type Timers } from './pace';

/** Errors often come together, so a notification waits for others, and is followed by no other for some seconds. */
export const notificationPace: Pace = { delayMilliseconds: 2_000, gapMilliseconds: 10_000 };

export interface ErrorNotification {
  readonly title: string;
  readonly body: string;
  /** The agent, if the notification is about one only. */
  readonly agentId: string | undefined;
}

/**
 * Notifies of agents that begin to report an error from now on, if they still do when the notification is due.
 * @param show shows a notification
 * @returns a function that ends it
 */
export function notifyOfErrors(
  client: Pick<MissionControl, 'agents' | 'on'>,
  show: (notification: ErrorNotification) => void,
  timers: Timers,
): () => void {
  const paced = createPaced(
    () => {
      const failed = failures.take();
      if (failed.length > 0) show(notificationOf(failed, errorsIn(client.agents)));
      return failed.length > 0;
    },
    notificationPace,
    timers,
  );
  const failures = collectFailures(client, paced.request);
  return () => {
    failures.stop();
    paced.stop();
  };
}

/**
 * Words a notification. It contains ids only: an operating system shows it on locked screens, and keeps it.
 * @param failed at least one agent id
 * @param inError the number of all agents that are in error
 */
export function notificationOf(failed: readonly string[], inError: number): ErrorNotification {
  const [first = ''] = failed;
  const isOne = failed.length === 1;
  const all = inError > failed.length ? `${counted(inError, 'agent')} in error.` : '';
  return {
    title: isOne
      ? `${nameList(failed)} reports an error`
      : `${failed.length} agents report an error`,
    body: [isOne ? '' : `${nameList(failed)}.`, all].filter(Boolean).join(' '),
    agentId: isOne ? first : undefined,
  };
}

function errorsIn(agents: MissionControl['agents']): number {
  let errors = 0;
  for (const { status } of agents.values()) if (status === 'error') errors += 1;
  return errors;
}
