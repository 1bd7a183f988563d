// Shows the name of a group of agents.
import { Name } from '../parts/visible-text';

/** @param of the prefix; empty for agents without a group */
export function GroupName({ of }: { readonly of: string }) {
  return of === '' ? 'No group' : <Name of={of} />;
}
