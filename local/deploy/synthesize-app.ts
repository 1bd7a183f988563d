// Synthesizes the CDK app, as a child process of synthesize.ts. As from the CDK's command line, the context comes from
// CDK_CONTEXT_JSON, and the cloud assembly goes to CDK_OUTDIR. If settings are invalid, it writes their errors to stdout
// as JSON and exits with 2. The CDK's validation of the template is left to `npm run synth`, as it takes longer than all
// of this.
import { createApp } from '#infra/app';
import { bundledFunctions } from '#infra/build/bundled-functions';
import { parseConfiguration } from '#infra/config/configuration';

const context = JSON.parse(process.env['CDK_CONTEXT_JSON'] ?? '{}') as Record<string, unknown>;
const configuration = locally(parseConfiguration(context));

if (configuration.ok) {
  const outdir = process.env['CDK_OUTDIR'];
  createApp(configuration.value, {
    validate: false,
    // Tests start many stacks of the same source, which they bundle once: see test/support/jest/bundle-once.ts.
    ...(process.env['MISSION_CONTROL_BUNDLED'] === 'true' ? { codeOf: bundledFunctions() } : {}),
    ...(outdir === undefined ? {} : { outdir }),
  }).synth();
} else {
  process.stdout.write(JSON.stringify(configuration.faults));
  process.exitCode = 2;
}

/** Refuses the setting `frontDoor`: the local stack serves WebSocket and `/health` on one port without it. */
function locally(parsed: ReturnType<typeof parseConfiguration>): typeof parsed {
  if (!parsed.ok || parsed.value.frontDoor === undefined) return parsed;
  const problem =
    'is CloudFront, which the local stack has none of: without it, one port serves WebSocket and /health alike';
  return { ok: false, faults: [{ path: 'frontDoor', problem }] };
}
