// Views of connections, in one line each.
import { withParts, type View, type ViewParts } from '#core/connections/view';

/** The view with these parts, of which at least one must be given. */
export function viewOf(parts: ViewParts): View {
  const view = withParts(undefined, parts);
  if (view === undefined) throw new Error('The view limits nothing.');
  return view;
}
