// Posts messages to one client, in addition to the answer of its message.
import { createFindRefreshed } from '../connections/find-refreshed';
import { isSameView } from '../connections/view';
import type { Connection, ConnectionStore } from '../connections/ports';
import type { Log } from '../log';
import { onePage } from '../posting/pages';
import { postToAll } from '../posting/post-to-all';
import type { Outcome, PostingOptions } from '../posting/posting';

/**
 * Posts texts to a connection until one of them cannot be delivered. Never rejects.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @returns `delivered`, or the outcome of the text that could not be delivered
 */
export type PostMessages = (
  connection: Connection,
  texts: readonly string[],
  deadline: number,
) => Promise<Outcome>;

/** Posts in flight to one client. Their messages may overtake each other, which registers allow. */
const messagesInFlight = 8;

export function createPostMessages(
  dependencies: PostingOptions & {
    readonly connections: Pick<ConnectionStore, 'find'>;
    readonly log: Log;
  },
): PostMessages {
  const findRefreshed = createFindRefreshed(dependencies);

  async function post(connection: Connection, text: string, deadline: number): Promise<Outcome> {
    let ended: Outcome = 'left';
    const listener = {
      settle: (_connection: Connection, outcome: Outcome) => (ended = outcome),
      onExpired: async (expired: Connection) => {
        const refreshed = await findRefreshed(expired);
        // The newer token may allow its user to see less.
        return refreshed !== undefined && isSameView(refreshed.view, expired.view)
          ? refreshed
          : undefined;
      },
    };
    // A slow client is waited for, because no other client depends on this invocation.
    const maxStuckAttempts = dependencies.maxAttempts;
    const options = { ...dependencies, concurrency: 1, maxStuckAttempts };
    const texts = [text];
    const pages = onePage([connection]);
    await postToAll({ textsFor: () => texts, pages, deadline, listener }, options);
    return ended;
  }

  return async (connection, texts, deadline) => {
    for (let start = 0; start < texts.length; start += messagesInFlight) {
      const some = texts.slice(start, start + messagesInFlight);
      const outcomes = await Promise.all(some.map((text) => post(connection, text, deadline)));
      const failed = outcomes.find((outcome) => outcome !== 'delivered');
      if (failed !== undefined) return failed;
    }
    return 'delivered';
  };
}
