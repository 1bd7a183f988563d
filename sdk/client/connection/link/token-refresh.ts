// Sends fresh tokens over an open connection: before the current token expires, and on request.
import type { ClientMessage } from '../../../protocol';
import { repeat } from './repeat';
import type { Timers } from '../timers';
import type { Timing } from '../timing';
import type { Turns } from './turns';

export interface TokenRefresh {
  /** Schedules a refresh before `expiresAt`, in milliseconds by the server's clock; none if it is undefined. */
  readonly plan: (expiresAt: number | undefined) => void;
  /** Sends a fresh token now, and repeatedly until the server answers. */
  readonly start: () => void;
  /** Records that the server has accepted a token with this expiry. */
  readonly accepted: (expiresAt: number) => void;
  /** Records that the server has refused a token. */
  readonly refused: () => void;
}

/** Creates the token refresh of a connection that has just been opened. */
export function createTokenRefresh(options: {
  readonly timers: Timers;
  readonly timing: Timing;
  readonly turns: Turns;
  readonly isOver: () => boolean;
  /** The current time in milliseconds, by the server's clock. */
  readonly serverNow: () => number;
  readonly getToken: () => Promise<string>;
  readonly send: (message: ClientMessage) => void;
  /** Called if the server refuses a token of {@link TokenRefresh.start}. */
  readonly news: (news: 'refused') => void;
}): TokenRefresh {
  const { timers, timing, turns, serverNow, getToken, isOver } = options;
  let isRequested = false;
  /** Whether a scheduled refresh is unanswered: the next answer is counted as its answer. */
  let isScheduledSent = false;

  function sendToken(): void {
    getToken().then(
      (token) => {
        if (!token || isOver()) return;
        turns.take('token', () => {
          options.send({ type: 'token:refresh', payload: { token } });
        });
      },
      () => undefined,
    );
  }

  /** Does nothing shortly before the expiry: the server closes the connection then, and the next one gets a fresh token. */
  function plan(expiresAt: number | undefined): void {
    if (expiresAt === undefined) return;
    const leftMs = expiresAt - serverNow();
    if (leftMs < timing.refreshBeforeMs / 6) return;
    timers.start('plan', Math.max(leftMs - timing.refreshBeforeMs, leftMs / 2), () => {
      // Scheduled again, in case this refresh is refused or not answered.
      plan(expiresAt);
      isScheduledSent = true;
      sendToken();
    });
  }

  return {
    plan,
    start() {
      isRequested = true;
      repeat(timers, 'refresh', timing.connectTimeoutMs, sendToken);
    },
    accepted(expiresAt) {
      // If a scheduled refresh was never answered, this costs one more refresh.
      if (isScheduledSent) isScheduledSent = false;
      else {
        isRequested = false;
        timers.stop('refresh');
      }
      plan(expiresAt);
      turns.end('token');
    },
    refused() {
      turns.end('token');
      isScheduledSent = false;
      if (isRequested) options.news('refused');
    },
  };
}
