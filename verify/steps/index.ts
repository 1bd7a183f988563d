// The steps, in their order.
import type { Step } from '../step';
import { activityEvent, statusEvents } from './events';
import { handshakes } from './handshakes';
import { healthAnswers, healthCounts } from './health';
import { heartbeat } from './heartbeat';
import { refusals } from './refusals';
import { ping, stateSync, tokenRefresh, tokenRefreshRefused } from './requests';
import { whoami } from './whoami';

export { cleanUp } from './clean-up';

export const steps: readonly Step[] = [
  healthAnswers,
  whoami,
  ...handshakes,
  ...refusals,
  ping,
  statusEvents,
  activityEvent,
  stateSync,
  tokenRefresh,
  tokenRefreshRefused,
  healthCounts,
  heartbeat,
];
