// Views of connections, in one line each.
import { withParts, type View, type ViewParts } from '#core/connections/view';

/** The view with these parts, of which at least one must be given. */
export function viewOf(parts: ViewParts): View {
  const view = withParts(undefined, parts);
  if (view === undefined) throw new Error('The view limits nothing.');
  return view;
}

/** Whether a list of patterns matches an agent, in other words than the code under test. Undefined matches every agent. */
export function patternsMatch(patterns: readonly string[] | undefined, agentId: string): boolean {
  if (patterns === undefined) return true;
  return patterns.some((pattern) => {
    const isPrefix = pattern.endsWith('*') && !pattern.endsWith('\\*');
    const text = (isPrefix ? pattern.slice(0, -1) : pattern)
      .replaceAll('\\\\', '\\')
      .replaceAll('\\*', '*');
    return isPrefix ? agentId.startsWith(text) : agentId === text;
  });
}
