// Checks the template with cfn-lint, for several configurations of a deployment.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { dashboardDirectory, synthesize, type Context } from '../infra/synthesized';
import { installMilliseconds, pythonPrograms } from '../support/python-environment';

const run = promisify(execFile);

const shapes: Record<string, Context> = {
  'an issuer only': {},
  'a front door with a domain name and an allowed origin': {
    allowedOrigins: 'https://app.example.com',
    frontDoor: {
      domainName: 'mission-control.example.com',
      certificateArn:
        'arn:aws:acm:us-east-1:123456789012:certificate/3b1e9a3e-5d6f-4c0f-8f0f-0d9d9c0b7a11',
    },
  },
  'a new user pool, mock data, a gateway and provisioned concurrency, with dataRemoval destroy': {
    issuer: '',
    audience: '',
    auth: 'cognito-new',
    useMockData: true,
    gatewayUrl: 'https://gateway.example.com',
    stage: 'development',
    dataRemoval: 'destroy',
    tags: 'team=agents',
    provisionedConcurrency: 'authorizer=2,connect=2,broadcast=1',
  },
};

/** Rules that are ignored, each with the reason. */
const ignored = {
  // A function must not run before its role's policy is attached, so it depends on the role's construct, which includes the
  // policy. The dependency on the role itself is redundant, but harmless.
  W3005: 'a dependency that GetAtt enforces already',
};

/** A region that has all resource types early, and one that has some of them later. */
const regions = ['us-east-1', 'eu-central-1'];

let programs: string;
let folder: string;

beforeAll(async () => {
  programs = await pythonPrograms('deploy');
  folder = await mkdtemp(path.join(os.tmpdir(), 'mission-control-lint-'));
}, installMilliseconds);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The errors and warnings of cfn-lint, as the lines that it prints. */
async function lint(template: object): Promise<string> {
  const file = path.join(folder, 'template.json');
  await writeFile(file, JSON.stringify(template));
  const args = [
    ...['--ignore-checks', ...Object.keys(ignored), '--regions', ...regions],
    ...['--format', 'parseable', '--template', file],
  ];
  // The exit code is not 0 if there are findings; only the output matters.
  return run(path.join(programs, 'cfn-lint'), args, { cwd: folder }).then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: unknown) => {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      return stdout + stderr || String(error);
    },
  );
}

it.each(Object.entries(shapes))(
  'cfn-lint reports no errors or warnings: %s',
  async (_, context) => {
    const place = 'frontDoor' in context ? { region: 'us-east-1', dashboardDirectory } : {};
    const { template } = synthesize(context, { validate: false, ...place });
    await expect(lint(template.toJSON())).resolves.toBe('');
  },
  120_000,
);

it('cfn-lint reports an invalid property', async () => {
  const { template } = synthesize({}, { validate: false });
  const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string }> };
  const queues = Object.values(Resources).filter(({ Type }) => Type === 'AWS::SQS::Queue');
  Object.assign(queues[0] ?? {}, { Properties: { VisibilityTimeout: 'long' } });
  await expect(lint({ Resources })).resolves.toContain('E3012');
}, 120_000);
