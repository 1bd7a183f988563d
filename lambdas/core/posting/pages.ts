// The connections to post to, page by page.
import type { Connection } from '../connections/ports';

/** Pages of connections. A page that was not taken still belongs to its source. */
export interface Pages {
  /** Waits for the next page; false if there is none. Never rejects. */
  arrive(): Promise<boolean>;
  /** The page that has arrived. */
  take(): readonly Connection[];
  /** After the end of posting: connections that were not taken, and that no retry job reads again. */
  rest(): readonly Connection[];
}

/** A list of connections as one page. */
export function onePage(connections: readonly Connection[]): Pages {
  const pages = [connections];
  return {
    arrive: () => Promise.resolve(pages.length > 0),
    take: () => pages.pop() ?? [],
    rest: () => pages.pop() ?? [],
  };
}
