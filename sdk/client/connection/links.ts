// The connections of a client: the current one, the next one, which will replace it, and replaced ones whose messages are still taken.
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
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
}

export interface LinksHandlers extends Pick<LinkHandlers, 'event' | 'taken'> {
  /** About the current connection; `outcome` is how it ended, if it has. */
  readonly told: (news: RotationNews, outcome?: LinkOutcome) => void;
}

export interface Links {
  /** Opens the first one. */
  readonly open: () => void;
  /** Closes all of them. */
  readonly drop: () => void;
  /** Probes the current one; without a sign of life in time, it ends. */
  readonly probe: () => void;
  /** Sends the server a fresh token. Returns false if there is not exactly one connection, and open. */
  readonly refresh: () => boolean;
}

export function createLinks(dependencies: LinksDependencies, handlers: LinksHandlers): Links {
  const { clock, timing, random } = dependencies;
  const timers = createTimers(clock);
  const recovery = createRecovery(clock);
  const all = new Set<Link>();
  let phase: RotationPhase = 'none';
  /** Rotations that failed in a row. */
  let failures = 0;
  // The phase says which of these two there are.
  let current: Link | undefined;
  let next: Link | undefined;

  function dispatch(event: RotationEvent, outcome?: LinkOutcome): void {
    const [after, ...effects] = rotate(phase, event);
    phase = after;
    for (const effect of effects) {
      const tell = () => {
        handlers.told(effect as RotationNews, outcome);
      };
      const isBetweenTokens = effect === 'handover' && outcome?.reason === 'token_expired';
      // The successor is usually open within that time: `connecting` would only flicker.
      if (isBetweenTokens) wait(timing.pongTimeoutMs, tell);
      else (perform[effect] ?? tell)();
    }
  }

  const rotateNow = () => {
    dispatch('current:due');
  };

  /** One timer is enough: a client that waits for a rotation has no handover to wait for. */
  function wait(delayMs: number, due = rotateNow): void {
    timers.start('rotate', delayMs, due);
  }

  const perform: Partial<Record<RotationEffect, () => void>> = {
    open() {
      const link: Link = openLink(dependencies, {
        ...handlers,
        ...recovery,
        told(news, outcome) {
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
