// Tracks which agents the client asks for, which it may see, and of which it knows the complete state.
import { filterOf, type AgentFilter } from '../../protocol/agent-patterns';
import type { Link, LinkHandlers } from './link/link';
import type { Recovery } from './recovery';
import { isSame, isWithin, subscriptionOf } from './subscription';

export interface Views {
  /** Returns the agents that the client may see over its connections. Events of others are ignored. */
  readonly visible: () => AgentFilter;
  /**
   * Asks for other agents.
   * @throws {TypeError} if the patterns are not valid
   */
  readonly want: (agents: readonly string[]) => void;
  /** Makes visible what these links see, as soon as the server has said it to one of them. */
  readonly look: (links: readonly Link[]) => void;
  /**
   * Returns the handlers of a link for its view.
   * @param inUse returns the links that are neither closed nor replaced: what a replaced link sees is out of date
   */
  readonly handlers: (
    link: () => Link,
    inUse: () => readonly Link[],
  ) => Pick<LinkHandlers, 'wanted' | 'sees' | 'told' | 'since' | 'narrow' | 'cover'>;
}

/**
 * Creates the views of a client that has no state yet.
 * @param since returns the time from which to request changes
 * @param changed called when other agents are visible
 */
export function createViews(
  agents: readonly string[] | undefined,
  since: Recovery['since'],
  changed: (visible: AgentFilter) => void,
): Views {
  let wanted = subscriptionOf(agents);
  let visible = wanted;
  /** The agents whose state is complete up to the recorded server time; without one, it does not matter. */
  let covered = wanted;
  /** What the client had asked for when its state was complete. */
  let asked = wanted;

  function look(links: readonly Link[]): void {
    const views = links.flatMap((link) => link.exchange()?.view() ?? []);
    const seen = filterOf(views.flatMap(({ patterns }) => patterns));
    if (views.length === 0 || isSame(seen, visible)) return;
    visible = seen;
    narrow(seen);
    changed(seen);
  }

  /**
   * Notes that changes of all other agents may be missed from now on. If neither contains the other, the client requests the
   * complete state: that is rare, and always right.
   */
  function narrow(seen: AgentFilter): void {
    if (!isWithin(covered, seen)) covered = isWithin(seen, covered) ? seen : filterOf([]);
  }

  return {
    visible: () => visible,
    want(patterns) {
      wanted = subscriptionOf(patterns);
    },
    look,
    handlers: (link, inUse) => ({
      wanted: () => wanted,
      sees: (agentId) => visible.matches(agentId),
      told() {
        if (inUse().includes(link())) look(inUse());
      },
      since: (askedNow, view = covered) =>
        isWithin(askedNow, asked) && isWithin(view, covered) ? since() : undefined,
      narrow,
      cover(askedThen, view) {
        if (inUse().includes(link())) [asked, covered] = [askedThen, view];
      },
    }),
  };
}
