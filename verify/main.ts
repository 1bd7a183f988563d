// `npm run verify`: proves that a deployed service, or the local stack, does what its users rely on.
import { runWithAws } from '#local/commands/event-bus';
import { stopSignal } from '#local/commands/stop-signal';
import { createVerifyCommand } from './command';
import { outputsOf } from './stack-outputs';

void runWithAws(
  createVerifyCommand({
    token: process.env['MISSION_CONTROL_TOKEN'],
    fetch,
    outputsOf,
    interrupted: stopSignal,
    // More than the default of coalesceMilliseconds.
    pauseMilliseconds: 1_000,
  }),
);
