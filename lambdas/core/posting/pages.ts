// Connections that are to be posted to, page by page.
import type { Connection } from '../connections/ports';

/** Connections, page by page. What was not taken has not been handed out. */
export interface Pages {
  /** Whether there is one more page to take, as soon as it is there. Never rejects. */
  arrive(): Promise<boolean>;
  /** The page that has arrived. */
  take(): readonly Connection[];
  /** When it is over: connections that nobody will read again, although they were not taken. */
  rest(): readonly Connection[];
}

/** Connections that are known already. */
export function onePage(connections: readonly Connection[]): Pages {
  const pages = [connections];
  return {
    arrive: () => Promise.resolve(pages.length > 0),
    take: () => pages.pop() ?? [],
    rest: () => pages.pop() ?? [],
  };
}
