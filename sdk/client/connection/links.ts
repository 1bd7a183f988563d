// Manages the links of a client: the current one, the next one during a rotation, and replaced ones that are not closed yet.
import { backoffMs, betweenMs } from './backoff';
import { openLink, type Link, type LinkDependencies, type LinkHandlers } from './link/link';
import { createRecovery } from './recovery';
import {
  rotate,
  type RotationEffect,
  type RotationEvent,
  type RotationNews,
  type RotationPhase,
} from './rotation';
import { createTimers } from './timers';
import type { LinkOutcome } from './link/transport';

export interface LinksDependencies extends LinkDependencies {
  /** Returns a random number from 0 to 1, as `Math.random` does. */
  readonly random: () => number;
}

export interface LinksHandlers extends Pick<LinkHandlers, 'event' | 'taken'> {
  /** Called for changes of the current link; `outcome` is set if it has ended. */
  readonly news: (news: RotationNews, outcome?: LinkOutcome) => void;
}

export interface Links {
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
  const { clock, timing, random } = dependencies;
  const timers = createTimers(clock);
  const recovery = createRecovery(clock);
  const all = new Set<Link>();
  let phase: RotationPhase = 'none';
  /** The number of consecutive failed rotations. */
  let failures = 0;
  // The phase determines which of these two are in use.
  let current: Link | undefined;
  let next: Link | undefined;

  function dispatch(event: RotationEvent, outcome?: LinkOutcome): void {
    const [after, ...effects] = rotate(phase, event);
    phase = after;
    for (const effect of effects) {
      const report = () => {
        handlers.news(effect as RotationNews, outcome);
      };
      const isBetweenTokens = effect === 'handover' && outcome?.reason === 'token_expired';
      // The successor usually opens within this time: reporting `connecting` at once would only make displays flicker.
      if (isBetweenTokens) wait(timing.pongTimeoutMs, report);
      else (perform[effect] ?? report)();
    }
  }

  const rotateNow = () => {
    dispatch('current:due');
  };

  /** There is one timer for both: when the successor opens, its rotation is scheduled, which cancels the delayed handover. */
  function wait(delayMs: number, due = rotateNow): void {
    timers.start('rotate', delayMs, due);
  }

  const perform: Partial<Record<RotationEffect, () => void>> = {
    open() {
      const link: Link = openLink(dependencies, {
        ...handlers,
        ...recovery,
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
    plan() {
      failures = 0;
      wait(betweenMs(timing.rotateMinMs, timing.rotateMaxMs, random()));
    },
    retry() {
      failures += 1;
      wait(backoffMs(failures, random(), timing.backoffBaseMs, timing.backoffCapMs));
    },
  };

  return {
    open() {
      dispatch('start');
    },
    drop() {
      timers.stopAll();
      for (const link of all) link.close();
      all.clear();
      phase = 'none';
    },
    probe: () => current?.probe(),
    refresh() {
      if (phase === 'open') current?.refresh();
      return phase === 'open';
    },
  };
}
