// What one attacker can make a deployment cost in a day, by every kind of abuse, as the limits bound it.
import type { Abuse } from './abuse';
import { handshakesWithoutToken, handshakesWithToken, idleConnections } from './connection-abuses';
import { health, whoami } from './http-abuses';
import { floods, messages, refreshes, syncs } from './message-abuses';

export const abuses: readonly Abuse[] = [
  handshakesWithoutToken(),
  handshakesWithToken(),
  messages(),
  floods(),
  syncs(),
  refreshes(),
  idleConnections(),
  health(),
  whoami(),
];
