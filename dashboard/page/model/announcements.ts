// Announces important changes to screen readers, at most every five seconds.
import type { Board, BoardView } from './board';
import { connectionWords } from './connection-words';
import { plainText } from './visible-text';

/** The dependencies of announcements. */
export interface AnnouncementDependencies {
  /** Replaces the text of the live region. */
  readonly say: (text: string) => void;
  readonly now: () => number;
  readonly setTimeout: (due: () => void, delayMilliseconds: number) => unknown;
}

/** The minimum time between two announcements. */
export const announcementGapMilliseconds = 5_000;
/** The maximum number of agents that an announcement names. */
const mostNames = 3;

/** Announces changes of the connection, and agents with errors. Changes that have been reversed in the meantime are not announced. */
export function announce(board: Board, dependencies: AnnouncementDependencies): void {
  let announced = board.read();
  let lastAt = -Infinity;
  let isDue = false;
  const announceChange = () => {
    isDue = false;
    const view = board.read();
    const text = describeChange(announced, view);
    // `connecting` is not announced, only the state that follows.
    if (view.connection.state === 'connecting')
      announced = { ...view, connection: announced.connection };
    else announced = view;
    if (text === '') return;
    lastAt = dependencies.now();
    dependencies.say(text);
  };
  board.subscribe(() => {
    if (isDue) return;
    const leftMilliseconds = lastAt + announcementGapMilliseconds - dependencies.now();
    if (leftMilliseconds <= 0) {
      announceChange();
      return;
    }
    isDue = true;
    dependencies.setTimeout(announceChange, leftMilliseconds);
  });
}

/** Returns the changes between two views, in sentences; empty if there is nothing to announce. */
export function describeChange(before: BoardView, after: BoardView): string {
  const sentences: string[] = [];
  const { connection } = after;
  if (connection.state !== before.connection.state && connection.state !== 'connecting') {
    // Without the countdown, which would be wrong by the time it is read out.
    const { title, detail } = connectionWords({ ...connection, retryInMs: undefined }, 0);
    sentences.push(`${title}.`, detail);
  }
  if (after.agents !== before.agents) {
    const known = new Set(failed(before));
    const names = failed(after).filter((name) => !known.has(name));
    if (names.length > mostNames) sentences.push(`${names.length} agents report an error.`);
    else if (names.length > 0) {
      sentences.push(
        `${names.map((name) => plainText(name, true)).join(', ')} ${names.length > 1 ? 'report' : 'reports'} an error.`,
      );
    }
  }
  return sentences.filter(Boolean).join(' ');
}

function failed({ agents }: BoardView): string[] {
  return agents.filter(({ status }) => status === 'error').map(({ agentId }) => agentId);
}
