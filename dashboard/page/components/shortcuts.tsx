// Keys that work everywhere on the page: `/` moves the focus to the filter, Escape goes back from an agent.
import { useEffect } from 'react';
import { flushSync } from 'react-dom';

/** What the keys do on the page of an agent. */
interface AgentKeys {
  /** Shows what was shown before the agent. */
  readonly goBack: () => void;
  /** Shows the list, which has the filter. */
  readonly showList: () => void;
}

/** @param keys undefined if no agent is shown. A field with the focus keeps its keys, and so does what Escape has closed. */
export function useShortcuts(keys: AgentKeys | undefined): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      const isField = target.matches('input, select, textarea');
      if (isField || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === 'Escape' && !event.defaultPrevented) keys?.goBack();
      if (event.key !== '/') return;
      event.preventDefault();
      // The filter must be an element before it gets the focus.
      if (keys !== undefined) flushSync(keys.showList);
      document.getElementById('filter')?.focus();
    };
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
    };
  }, [keys]);
}
