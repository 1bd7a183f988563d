// Lists all kinds of abuse by which an attacker can increase the bill, each at the limit that bounds it.
import type { Abuse } from './abuse';
import { handshakesWithoutToken, handshakesWithToken, idleConnections } from './connection-abuses';
import { health, reportsWithoutToken, whoami } from './http-abuses';
import { floods, histories, messages, refreshes, subscriptions, syncs } from './message-abuses';

export const abuses: readonly Abuse[] = [
  handshakesWithoutToken(),
  handshakesWithToken(),
  messages(),
  floods(),
  syncs(),
  subscriptions(),
  histories(),
  refreshes(),
  idleConnections(),
  health(),
  whoami(),
  reportsWithoutToken(),
];
