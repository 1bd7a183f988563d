// Keys that work everywhere on the page: `/` moves the focus to the filter, Escape goes from an agent to the list.
import { useEffect } from 'react';

/** @param onEscape called when Escape is pressed, unless a field has the focus, or it has closed the settings; undefined: nothing */
export function useShortcuts(onEscape: (() => void) | undefined): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      const isField = target.matches('input, select');
      if (isField || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === 'Escape' && !event.defaultPrevented) onEscape?.();
      const filter = document.getElementById('filter');
      if (event.key !== '/' || filter === null) return;
      event.preventDefault();
      filter.focus();
    };
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
    };
  }, [onEscape]);
}
