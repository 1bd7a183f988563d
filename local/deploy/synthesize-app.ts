// Runs in a process of its own, which synthesize.ts starts: context in, cloud assembly out, as with the CDK's command
// line. The CDK's checks of the template are left to `npm run synth`: they take longer than everything else here.
import { createApp } from '#infra/app';
import { bundledFunctions } from '#infra/build/bundled-functions';
import { parseConfiguration } from '#infra/config/configuration';

const context = JSON.parse(process.env['CDK_CONTEXT_JSON'] ?? '{}') as Record<string, unknown>;
const configuration = locally(parseConfiguration(context));

if (configuration.ok) {
  const outdir = process.env['CDK_OUTDIR'];
  createApp(configuration.value, {
    validate: false,
    // Whoever starts many stacks of the same source bundles it once: see test/support/jest/bundle-once.ts.
    ...(process.env['MISSION_CONTROL_BUNDLED'] === 'true' ? { codeOf: bundledFunctions() } : {}),
    ...(outdir === undefined ? {} : { outdir }),
  }).synth();
} else {
  process.stdout.write(JSON.stringify(configuration.faults));
  process.exitCode = 2;
}

/** Refuses a front door: one port of the local stack serves WebSocket and `/health` anyway. */
function locally(parsed: ReturnType<typeof parseConfiguration>): typeof parsed {
  if (!parsed.ok || parsed.value.frontDoor === undefined) return parsed;
  const problem =
    'is CloudFront, which the local stack has none of: without it, one port serves WebSocket and /health alike';
  return { ok: false, faults: [{ path: 'frontDoor', problem }] };
}
