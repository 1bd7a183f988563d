// Passes on the events of the agents that a connection sees, and ignores others.
import {
  everyAgent,
  filterOf,
  isPattern,
  type AgentFilter,
} from '../../../protocol/agent-patterns';
import type { EventMessage } from '../../../protocol/event-message';
import type { Source } from '../../state/registers';

export interface VisibilityHandlers {
  /** Called for each event of an agent that the client may see; it may be stale. */
  readonly event: (event: EventMessage, source: Source) => void;
  /** Whether the client may see an agent, over any of its connections. */
  readonly sees: (agentId: string) => boolean;
  /** Called when the server has said which agents this connection sees. */
  readonly told: () => void;
}

export interface Visibility {
  /** Returns the agents that the connection sees; undefined until the server has said so. */
  readonly view: () => AgentFilter | undefined;
  /**
   * Changes what the connection sees; undefined: all agents. Passes on the kept events whose agents have become visible.
   */
  readonly show: (patterns?: readonly string[]) => AgentFilter;
  /** Passes on an event if its agent is visible, also for the client as a whole. */
  readonly event: (event: EventMessage, source: Source) => void;
  /**
   * Keeps other events from now on, or no longer: on their way, they may overtake the answer that makes their agents
   * visible. Drops those that were kept.
   */
  readonly hold: (isHeld: boolean) => void;
}

/** Creates the visibility of a connection that has just been opened. */
export function createVisibility(
  isOver: () => boolean,
  { event: pass, sees, told }: VisibilityHandlers,
): Visibility {
  let view: AgentFilter | undefined;
  let held: (readonly [EventMessage, Source])[] | undefined;

  function event(message: EventMessage, source: Source): void {
    const { agentId } = message.payload;
    // A listener may close the connection before the end of a snapshot.
    if (isOver()) return;
    if ((!view || view.matches(agentId)) && sees(agentId)) pass(message, source);
    else held?.push([message, source]);
  }

  return {
    view: () => view,
    show(patterns = [everyAgent]) {
      // Later versions may have other patterns. Those match nothing here.
      const shown = filterOf(patterns.filter(isPattern));
      view = shown;
      told();
      for (const each of held?.splice(0) ?? []) event(...each);
      return shown;
    },
    event,
    hold(isHeld) {
      held = isHeld ? [] : undefined;
    },
  };
}
