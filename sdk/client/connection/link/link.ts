// A link: one connection attempt and its connection, from getting a token to the end.
import { everyAgent } from '../../../protocol/agent-patterns';
import { createExchange, type Exchange, type ExchangeHandlers } from './exchange';
import type { LinkNews } from '../rotation';
import { createTimers } from '../timers';
import { expiryOf } from './token';
import {
  openTransport,
  type Offer,
  type LinkOutcome,
  type Transport,
  type TransportDependencies,
} from './transport';

export interface LinkDependencies extends TransportDependencies {
  readonly getToken: () => string | Promise<string>;
}

export interface LinkHandlers extends Omit<ExchangeHandlers, 'news'> {
  /** `ended` is the last call, with the outcome. It is omitted if the client itself has closed the link. */
  readonly news: (news: LinkNews, outcome?: LinkOutcome) => void;
}

export interface Link {
  /** Returns the exchange of the connection; undefined unless it is open. */
  readonly exchange: () => Exchange | undefined;
  /** Closes the connection after `lingerMs`; until then, its messages are still handled. */
  readonly retire: () => void;
  /** Closes the connection now. */
  readonly close: () => void;
}

/** Gets a token, and opens a connection with it. Failures are reported as `ended`. */
export function openLink(dependencies: LinkDependencies, handlers: LinkHandlers): Link {
  const { clock, timing, log } = dependencies;
  const timers = createTimers(clock);
  let transport: Transport | undefined;
  let exchange: Exchange | undefined;
  let closingReason: string | undefined;
  let isOver = false;

  /** @param outcome undefined if the client itself ends the link: `ended` is not reported then */
  function end(outcome?: LinkOutcome, isDead?: boolean): void {
    if (isOver) return;
    isOver = true;
    timers.stopAll();
    transport?.close(isDead);
    if (outcome) handlers.news('ended', { ...outcome, reason: closingReason ?? outcome.reason });
  }

  const noToken = () => {
    end({ reason: 'token_unavailable' });
  };
  const getToken = () => freshToken(dependencies, () => isOver);

  function opened({ token, isSubscribing }: Offer, { send }: Transport): void {
    exchange = createExchange(
      {
        ...{ clock, timers, timing, log, getToken, send, isSubscribing },
        expiresAt: expiryOf(token),
        isOver: () => isOver,
        dead(atOnce) {
          end({ reason: 'silent', atOnce }, true);
        },
        closing(reason, ageMs) {
          closingReason = reason;
          // If the token of a new connection has expired, the next token has probably expired, too: end the link, so that the backoff applies.
          if (reason === 'token_expired' && ageMs >= timing.stableAfterMs) handlers.news('due');
          else end({ code: 1000 });
        },
      },
      handlers,
    );
    exchange.begin();
    handlers.news('opened');
  }

  const received = (data: unknown) => exchange?.received(data);

  function connect(token: string): void {
    if (isOver) return;
    timers.stop('token');
    try {
      const offer = { token, isSubscribing: handlers.wanted().patterns[0] !== everyAgent };
      if (token) transport = openTransport(dependencies, offer, { opened, received, ended: end });
      else noToken();
    } catch {
      end({ reason: 'token_malformed' });
    }
  }

  timers.start('token', timing.tokenTimeoutMs, noToken);
  getToken().then(connect, noToken);
  return {
    exchange: () => (isOver ? undefined : exchange),
    retire() {
      if (isOver) return;
      timers.stopAll();
      timers.start('linger', timing.lingerMs, () => {
        end({});
      });
    },
    close() {
      end();
    },
  };
}

/** Returns a token without white space around it; empty if there is none. */
async function freshToken({ getToken }: LinkDependencies, isOver: () => boolean): Promise<string> {
  // Deferred, because the application's `getToken` may use the client, which is still being created.
  await Promise.resolve();
  const token: unknown = isOver() ? '' : await getToken();
  // Tokens that were read from a file or a response often end with a line break.
  return typeof token === 'string' ? token.trim() : '';
}
