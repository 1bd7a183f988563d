// Links that are visible when they have the focus, and move it past the header and the filter.
import type { MouseEvent } from 'react';

const targets = [
  ['#agents-title', 'Skip to agents'],
  ['#feed-title', 'Skip to events'],
  ['#agent-title', 'Skip to the agent'],
] as const;

/** The fragment of the address is the route, so the links only move the focus. */
function skip(event: MouseEvent<HTMLAnchorElement>): void {
  event.preventDefault();
  const target = document.querySelector<HTMLElement>(event.currentTarget.hash);
  target?.focus();
  target?.scrollIntoView({ block: 'nearest' });
}

/** Shows the links to what is on the page. */
export function SkipLinks({ isAgent }: { readonly isAgent: boolean }) {
  const shown = targets.filter(([id]) => (id === '#agent-title') === isAgent);
  return (
    <nav className="skip-links" aria-label="Skip links">
      {shown.map(([id, words]) => (
        <a key={id} href={id} onClick={skip}>
          {words}
        </a>
      ))}
    </nav>
  );
}
