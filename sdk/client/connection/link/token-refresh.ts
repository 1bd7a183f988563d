// Sends fresh tokens over an open connection: before the one in use expires, and on request.
import type { ClientMessage } from '../../../protocol';
import { ask } from './ask';
import type { Timers } from '../timers';
import type { Timing } from '../timing';

export interface TokenRefresh {
  /** Plans a refresh before `expiresAt`, in milliseconds by the server's clock; undefined: nobody knows when. */
  readonly plan: (expiresAt: number | undefined) => void;
  /** Sends a fresh token now, and another one until there is an answer. */
  readonly start: () => void;
  /** The server has taken a token, which expires then. */
  readonly accepted: (expiresAt: number) => void;
  /** The server has refused a token. */
  readonly refused: () => void;
}

export function createTokenRefresh(options: {
  readonly timers: Timers;
  readonly timing: Timing;
  /** Milliseconds by the server's clock. */
  readonly serverNow: () => number;
  readonly getToken: () => Promise<string>;
  readonly send: (message: ClientMessage) => void;
  /** Told that the server has refused the token of {@link TokenRefresh.start}. */
  readonly told: (news: 'refused') => void;
}): TokenRefresh {
  const { timers, timing, serverNow, getToken, send } = options;
  let isAsked = false;
  /** A planned token has been sent and not answered: the next answer belongs to it. */
  let isPlannedSent = false;

  function sendToken(): void {
    getToken().then(
      (token) => {
        if (token) send({ type: 'token:refresh', payload: { token } });
      },
      () => undefined,
    );
  }

  /** Shortly before the token expires there is no refresh: the server ends the connection, and the next one gets a token of its own. */
  function plan(expiresAt: number | undefined): void {
    if (expiresAt === undefined) return;
    const leftMs = expiresAt - serverNow();
    if (leftMs < timing.refreshBeforeMs / 6) return;
    timers.start('plan', Math.max(leftMs - timing.refreshBeforeMs, leftMs / 2), () => {
      // Planned again, in case it is refused or not answered.
      plan(expiresAt);
      isPlannedSent = true;
      sendToken();
    });
  }

  return {
    plan,
    start() {
      isAsked = true;
      ask(timers, 'refresh', timing.connectTimeoutMs, sendToken);
    },
    accepted(expiresAt) {
      // If a planned token was never answered, this costs one more refresh.
      if (isPlannedSent) isPlannedSent = false;
      else {
        isAsked = false;
        timers.stop('refresh');
      }
      plan(expiresAt);
    },
    refused() {
      isPlannedSent = false;
      if (isAsked) options.told('refused');
    },
  };
}
