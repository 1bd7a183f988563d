// Fresh tokens for a connection that is open: before the one in use expires, and when somebody asks for it.
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
  /** A planned token is under way: the next answer is not that to one that was asked for later. */
  let isPlannedSent = false;

  function sendToken(): void {
    getToken().then(
      (token) => {
        if (token) send({ type: 'token:refresh', payload: { token } });
      },
      () => undefined,
    );
  }

  /** When there is hardly any time left, the server is left to end the connection: the next one gets its own token. */
  function plan(expiresAt: number | undefined): void {
    if (expiresAt === undefined) return;
    const leftMs = expiresAt - serverNow();
    if (leftMs < timing.refreshBeforeMs / 6) return;
    timers.start('plan', Math.max(leftMs - timing.refreshBeforeMs, leftMs / 2), () => {
      // Once more, if it is refused or not answered.
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
      // Where a planned token had no answer, this costs one more refresh.
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
