// Manages the links of a client: the current one, the next one during a rotation, and replaced ones that are not closed yet.
import type { AgentFilter } from '../../protocol/agent-patterns';
import { openLink, type Link, type LinkDependencies, type LinkHandlers } from './link/link';
import type { PageHandlers } from './history';
import { createRecovery } from './recovery';
import {
  rotate,
  type RotationEffect,
  type RotationEvent,
  type RotationNews,
  type RotationPhase,
} from './rotation';
import { createRotationTimer } from './rotation-timer';
import type { LinkOutcome } from './link/transport';
import { createViews } from './views';

export interface LinksDependencies extends LinkDependencies {
  /** Returns a random number from 0 to 1, as `Math.random` does. */
  readonly random: () => number;
  /** The patterns of the agents that the application asks for at first. */
  readonly agents?: readonly string[] | undefined;
}

export interface LinksHandlers
  extends Pick<LinkHandlers, 'event' | 'taken' | 'passed' | 'error'>, PageHandlers {
  /** Called for changes of the current link; `outcome` is set if it has ended. */
  readonly news: (news: RotationNews, outcome?: LinkOutcome) => void;
  /** Called when other agents are visible. */
  readonly visible: (visible: AgentFilter) => void;
}

export interface Links {
  /** The agents that the client may see. */
  readonly visible: () => AgentFilter;
  /** Whether the client has the state of all agents that it asks for and may see. */
  readonly isSynced: () => boolean;
  /**
   * Asks for these agents, and no others. Calls within one tick make one request.
   * @throws {TypeError} if the patterns are not valid
   */
  readonly subscribe: (agents: readonly string[]) => void;
  /** Requests a page of a timeline over the current link, or over the next one that is synced. */
  readonly pageAsked: () => void;
  /** Opens the first link. */
  readonly open: () => void;
  /** Closes all links. */
  readonly drop: () => void;
  /** Sends a ping over the current link; without a message in time, the link ends. */
  readonly probe: () => void;
  /** Sends a fresh token over the current link. Returns false if it is not open, or if a rotation is in progress. */
  readonly refresh: () => boolean;
}

/** Creates an empty set of links; `open` opens the first. */
export function createLinks(dependencies: LinksDependencies, handlers: LinksHandlers): Links {
  const recovery = createRecovery(dependencies.clock);
  const views = createViews(dependencies.agents, recovery.since, handlers.visible);
  const timer = createRotationTimer(dependencies, () => {
    dispatch('current:due');
  });
  const all = new Set<Link>();
  let phase: RotationPhase = 'none';
  // The phase determines which of these two are in use.
  let [current, next]: (Link | undefined)[] = [];

  function dispatch(event: RotationEvent, outcome?: LinkOutcome): void {
    const [after, ...effects] = rotate(phase, event);
    phase = after;
    for (const effect of effects) {
      const report = () => {
        handlers.news(effect as RotationNews, outcome);
      };
      const isBetweenTokens = effect === 'handover' && outcome?.reason === 'token_expired';
      // The successor usually opens within this time: reporting `connecting` at once would only make displays flicker.
      if (isBetweenTokens) timer.delay(report);
      else (perform[effect] ?? report)();
    }
    views.look(inUse());
  }

  /** The links that are in use. A replaced link is not: what it sees is out of date. */
  const inUse = () => [...all].filter((link) => link === current || link === next);

  const perform: Partial<Record<RotationEffect, () => void>> = {
    open() {
      const link: Link = openLink(dependencies, {
        ...handlers,
        ...recovery,
        ...views.handlers(() => link, inUse),
        news(news, outcome) {
          if (news === 'ended') all.delete(link);
          const role = link === current ? 'current' : link === next ? 'next' : 'old';
          dispatch(`${role}:${news}`, outcome);
        },
      });
      all.add((next = link));
    },
    promote() {
      current?.retire();
      current = next;
    },
    plan: timer.plan,
    retry: timer.retry,
  };

  return {
    visible: views.visible,
    isSynced: () => current?.exchange()?.isSynced() === true,
    subscribe(agents) {
      views.want(agents);
      // Later calls within this tick are included, and have nothing more to request.
      queueMicrotask(() => {
        for (const link of inUse()) link.exchange()?.wantedChanged();
      });
    },
    pageAsked: () => current?.exchange()?.pageAsked(),
    open() {
      dispatch('start');
    },
    drop() {
      timer.stop();
      for (const link of all) link.close();
      all.clear();
      phase = 'none';
    },
    probe: () => current?.exchange()?.probe(),
    refresh() {
      if (phase === 'open') current?.exchange()?.refresh();
      return phase === 'open';
    },
  };
}
