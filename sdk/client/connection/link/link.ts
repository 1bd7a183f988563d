// One connection, from asking for a token to its end.
import { createExchange, type Exchange, type ExchangeHandlers } from './exchange';
import type { LinkNews } from '../rotation';
import { createTimers } from '../timers';
import { expiryOf } from './token';
import {
  openTransport,
  type LinkOutcome,
  type Transport,
  type TransportDependencies,
} from './transport';

export interface LinkDependencies extends TransportDependencies {
  readonly getToken: () => string | Promise<string>;
}

export interface LinkHandlers extends Pick<
  ExchangeHandlers,
  'since' | 'event' | 'taken' | 'serverTime'
> {
  /** `ended` comes once, as the last one; it does not come if the client itself has closed the link. */
  readonly told: (news: LinkNews, outcome?: LinkOutcome) => void;
}

export interface Link {
  /** Probes the connection, if it is open; without a sign of life in time, it ends. */
  readonly probe: () => void;
  /** Sends the server a fresh token, if the connection is open. */
  readonly refresh: () => void;
  /** Closes it after a while, in which messages are still taken. */
  readonly retire: () => void;
  readonly close: () => void;
}

export function openLink(dependencies: LinkDependencies, handlers: LinkHandlers): Link {
  const { clock, timing } = dependencies;
  const timers = createTimers(clock);
  let transport: Transport | undefined;
  let exchange: Exchange | undefined;
  let closingReason: string | undefined;
  let isOver = false;

  /** Without an `outcome`, the client itself ends it and is not told. */
  function end(outcome?: LinkOutcome, isDead?: boolean): void {
    if (isOver) return;
    isOver = true;
    timers.stopAll();
    transport?.close(isDead);
    if (outcome) handlers.told('ended', { ...outcome, reason: closingReason ?? outcome.reason });
  }

  const noToken = () => {
    end({ reason: 'token_unavailable' });
  };
  const getToken = async () => {
    // Not within the call that creates the client: the application's function may use the client.
    await Promise.resolve();
    const token: unknown = isOver ? '' : await dependencies.getToken();
    // A token that was read from a file or a response often ends in a line break.
    return typeof token === 'string' ? token.trim() : '';
  };

  function opened(token: string, { send }: Transport): void {
    exchange = createExchange(
      {
        ...{ clock, timers, timing, getToken, send },
        expiresAt: expiryOf(token),
        isOver: () => isOver,
        dead(atOnce) {
          end({ reason: 'silent', atOnce }, true);
        },
        closing(reason, ageMs) {
          closingReason = reason;
          // If the token of a young connection has expired, the next one is likely to expire, too: that needs the backoff.
          if (reason === 'token_expired' && ageMs >= timing.stableAfterMs) handlers.told('due');
          else end({ code: 1000 });
        },
      },
      handlers,
    );
    exchange.begin();
    handlers.told('opened');
  }

  const received = (data: unknown) => exchange?.received(data);

  function connect(token: string): void {
    if (isOver) return;
    timers.stop('token');
    try {
      if (token) transport = openTransport(dependencies, token, { opened, received, ended: end });
      else noToken();
    } catch {
      end({ reason: 'token_malformed' });
    }
  }

  timers.start('token', timing.tokenTimeoutMs, noToken);
  getToken().then(connect, noToken);
  return {
    probe: () => exchange?.probe(),
    refresh: () => exchange?.refresh(),
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
