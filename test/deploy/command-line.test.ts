// The output of `cdk synth`: either a template, or one message that lists the faults of the configuration.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const project = path.resolve(__dirname, '../..');

/** Runs the app as the CDK command line does, without credentials and without a region. */
function synth(context: Record<string, unknown>, region?: string) {
  const outdir = mkdtempSync(path.join(tmpdir(), 'mission-control-synth-'));
  try {
    const { PATH, HOME, TMPDIR } = process.env;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'infra/main.ts'],
      {
        cwd: project,
        encoding: 'utf8',
        env: {
          ...{ PATH, HOME, TMPDIR, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
          ...(region === undefined ? {} : { CDK_DEFAULT_REGION: region }),
        },
      },
    );
    const files = readdirSync(outdir);
    const report = path.join(outdir, 'validation-report.json');
    const validation = existsSync(report)
      ? (JSON.parse(readFileSync(report, 'utf8')) as unknown)
      : undefined;
    return { status, stdout, stderr, files, validation };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

it("a valid configuration gives a template, and CDK's validation reports nothing for the stack with its code", () => {
  const { status, stdout, stderr, files, validation } = synth({
    issuer: 'https://issuer.example.com',
    audience: 'mission-control',
    useMockData: 'true',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(files).toContain('MissionControl.template.json');
  expect(validation).toMatchObject({ pluginReports: [] });
});

it('an invalid configuration gives one message with every fault, no stack trace and no template', () => {
  const { status, stdout, stderr, files } = synth({ heartbeatSeconds: '7', useMockdata: 'true' });
  expect({ status, stdout, files }).toEqual({ status: 1, stdout: '', files: [] });
  expect(stderr.trim().split('\n')).toEqual([
    'The configuration is not complete or not valid:',
    '  - heartbeatSeconds must be a divisor or a multiple of 60',
    expect.stringMatching(/^ {2}- issuer is missing: .*-c issuer=/),
    expect.stringMatching(/^ {2}- useMockdata is not a setting: .*useMockData/),
  ]);
});

it('a resource that the region does not support gives one message and no template, too', () => {
  const { status, stdout, stderr, files } = synth(
    { issuer: 'https://issuer.example.com', audience: 'mission-control', frontDoor: 'true' },
    'eu-central-1',
  );
  expect({ status, stdout, files }).toEqual({ status: 1, stdout: '', files: [] });
  expect(stderr.trim().split('\n')).toEqual([
    'The configuration is not complete or not valid:',
    expect.stringMatching(/^ {2}- frontDoor needs a web ACL, .* eu-central-1: .*webAclArn/),
  ]);
});
