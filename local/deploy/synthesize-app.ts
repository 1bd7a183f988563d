// Runs in a process of its own, started by synthesize.ts: context in, cloud assembly out, as with the CDK's
// command line. CDK's checks of the template are left to `npm run synth`: they take longer than all the rest.
import { createApp } from '#infra/app';
import { bundledFunctions } from '#infra/build/bundled-functions';
import { parseConfiguration } from '#infra/config/configuration';

const context = JSON.parse(process.env['CDK_CONTEXT_JSON'] ?? '{}') as Record<string, unknown>;
const configuration = locally(parseConfiguration(context));

if (configuration.ok) {
  const outdir = process.env['CDK_OUTDIR'];
  createApp(configuration.value, {
    validate: false,
    // Whoever starts many stacks of the same source bundles it once: see test/support/bundle-once.ts.
    ...(process.env['MISSION_CONTROL_BUNDLED'] === 'true' ? { codeOf: bundledFunctions() } : {}),
    ...(outdir === undefined ? {} : { outdir }),
  }).synth();
} else {
  process.stdout.write(JSON.stringify(configuration.faults));
  process.exitCode = 2;
}

/** One port of the local stack serves WebSocket and `/health` already: there is nothing to put before it. */
function locally(parsed: ReturnType<typeof parseConfiguration>): typeof parsed {
  if (!parsed.ok || parsed.value.frontDoor === undefined) return parsed;
  const problem =
    'is CloudFront, which the local stack has none of: without it, one port serves WebSocket and /health alike';
  return { ok: false, faults: [{ path: 'frontDoor', problem }] };
}
