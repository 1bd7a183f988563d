// Tells screen readers of important changes: of the connection, of the visible agents, and of agents that report an error.
import type { Connection, MissionControl } from '#sdk/client';
import { connectionWords, visibleWords } from '../connection/connection-words';
import { collectFailures, nameList } from './failures';
import { createPaced, type Pace, type Timers } from './pace';

/** A change is announced at once, unless there was an announcement just before. */
export const announcementPace: Pace = { delayMilliseconds: 0, gapMilliseconds: 5_000 };

/**
 * Announces changes from now on. Changes that have been reversed in the meantime are not announced.
 * @param say replaces the text of the live region
 * @returns a function that ends it
 */
export function announceChanges(
  client: Pick<MissionControl, 'connection' | 'agents' | 'on'>,
  say: (text: string) => void,
  timers: Timers,
): () => void {
  let { state, visibleAgents } = client.connection;
  const paced = createPaced(
    () => {
      const { connection } = client;
      const sentences: string[] = [];
      // `connecting` is not announced, only the state that follows.
      if (connection.state !== 'connecting' && connection.state !== state) {
        ({ state } = connection);
        sentences.push(stateSentence(connection));
      }
      if (connection.state === 'connected' && !isSame(connection.visibleAgents, visibleAgents)) {
        ({ visibleAgents } = connection);
        sentences.push(`${visibleWords(connection) ?? 'You see all agents'}.`.replace('..', '.'));
      }
      sentences.push(...failureSentences(failures.take()));
      if (sentences.length > 0) say(sentences.join(' '));
      return sentences.length > 0;
    },
    announcementPace,
    timers,
  );
  const failures = collectFailures(client, paced.request);
  const stopListening = client.on('connection', paced.request);
  return () => {
    stopListening();
    failures.stop();
    paced.stop();
  };
}

/** Without the countdown, which would be wrong by the time it is read out. */
function stateSentence(connection: Connection): string {
  const { title, detail } = connectionWords({ ...connection, retryInMs: undefined }, 0);
  return [`${title}.`, detail].filter(Boolean).join(' ');
}

function failureSentences(agentIds: readonly string[]): readonly string[] {
  if (agentIds.length === 0) return [];
  return [`${nameList(agentIds)} ${agentIds.length > 1 ? 'report' : 'reports'} an error.`];
}

/** Whether two lists of patterns name the same agents; undefined: all agents. */
function isSame(one: Connection['visibleAgents'], other: Connection['visibleAgents']): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
