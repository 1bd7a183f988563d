// Security rules: those of the cdk-nag packs AWS Solutions and Serverless, with reasons for each exception, and our own.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Validations, type App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks, ServerlessChecks, type IApplyRule } from 'cdk-nag';
import { createApp } from '#infra/app';
import { parseConfiguration } from '#infra/config/configuration';
import { dashboardDirectory, resourcesOf } from '../infra/synthesized';
import { everyStatement } from '../infra/statements';

// A rule reads the policies of event buses from a property that CDK has deprecated.
process.env['JSII_DEPRECATED'] = 'quiet';

interface Finding {
  readonly id: string;
  readonly path: string;
}

/** The rule packs, extended so that they also record acknowledged findings. */
function recording(app: App, findings: Finding[]) {
  const record = (pack: string, applied: IApplyRule) => {
    const { node } = applied;
    const id = `${pack}-${applied.ruleSuffixOverride ?? applied.rule.name}`;
    const result: unknown = applied.rule(node);
    const found = Array.isArray(result) ? result.map((what) => `${id}[${String(what)}]`) : [id];
    if (Array.isArray(result) || result === 'Non-Compliant') {
      findings.push(...found.map((each) => ({ id: each, path: node.node.path })));
    }
  };
  return [
    new (class extends AwsSolutionsChecks {
      override applyRule(rule: IApplyRule) {
        record(this.readPackName, rule);
        super.applyRule(rule);
      }
    })(app),
    new (class extends ServerlessChecks {
      override applyRule(rule: IApplyRule) {
        record(this.readPackName, rule);
        super.applyRule(rule);
      }
    })(app),
  ];
}

/** Synthesizes a configuration with the rule packs. */
function check(context: Record<string, unknown>, region = 'us-east-1') {
  const configuration = parseConfiguration(context);
  if (!configuration.ok) throw new Error(JSON.stringify(configuration.faults));
  const outdir = mkdtempSync(path.join(tmpdir(), 'mission-control-policy-'));
  const findings: Finding[] = [];
  try {
    const app = createApp(configuration.value, {
      outdir,
      // test/deploy/command-line.test.ts runs CDK's own rules.
      validate: false,
      codeOf: () => Code.fromInline('// The rules look at the template, not at the code.'),
      region,
      dashboardDirectory,
    });
    Validations.of(app).addPlugins(...recording(app, findings));
    const acknowledged = app.node.findAll().flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => Object.entries(data as Record<string, string>))
        // CDK adds the prefix `Annotation::` to ids without one.
        .map(([id, reason]) => ({
          id: id.replace(/^Annotation::/, ''),
          reason,
          path: construct.node.path,
        })),
    );
    const [stack] = app.synth().stacks;
    const report = readFileSync(path.join(outdir, 'validation-report.json'), 'utf8');
    return {
      findings,
      acknowledged,
      report: JSON.parse(report) as unknown,
      template: stack?.template as Record<string, unknown>,
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const oidc = { issuer: 'https://issuer.example.com', audience: 'mission-control' };
const named = {
  domainName: 'your-domain.com',
  certificateArn:
    'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d-1111-2222-3333-444455556666',
};
const webAclArn =
  'arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/0a1b2c3d-1111-2222-3333-444455556666';

/** Configurations that together cover all options. */
const deployments = [
  ['with an issuer only', check(oidc)],
  [
    'with mock agents, and provisioned concurrency',
    check({
      ...oidc,
      useMockData: true,
      provisionedConcurrency: 'authorizer=1,connect=1,broadcast=1',
    }),
  ],
  [
    'with a new user pool, and alarms by e-mail',
    check({ auth: 'cognito-new', useMockData: true, alarmEmail: 'on-call@example.com' }),
  ],
  [
    'with named reporters and operators',
    check({
      ...oidc,
      reporterArns: 'arn:aws:iam::111122223333:role/backend',
      operatorArns: 'arn:aws:iam::111122223333:role/on-call',
    }),
  ],
  ['with a front door with a domain name', check({ ...oidc, frontDoor: named })],
  ['with a front door without a domain name', check({ ...oidc, frontDoor: true })],
  [
    'with a front door in a region other than us-east-1',
    check({ ...oidc, frontDoor: { ...named, webAclArn } }, 'eu-central-1'),
  ],
] as const;

describe.each(deployments)('%s', (_, { findings, acknowledged, report, template }) => {
  it('has no findings that are not acknowledged', () => {
    expect(report).toMatchObject({ pluginReports: [] });
    expect(findings.length).toBeGreaterThan(20);
  });

  it('has a reason for each acknowledgement, and a finding to which it applies', () => {
    for (const { id, reason, path: where } of acknowledged) {
      expect(reason).toMatch(/^[A-Z].{80,}[^ ]$/);
      const about = findings.filter(
        (found) => found.id === id && `${found.path}/`.startsWith(`${where}/`),
      );
      expect({ id, where, found: about.length > 0 }).toEqual({ id, where, found: true });
    }
  });

  it('has no Allow statement with a wildcard in an action or a principal', () => {
    const statements = everyStatement(template);
    expect(statements.length).toBeGreaterThan(20);
    for (const { where, effect, actions, principal } of statements) {
      if (effect === 'Deny') continue;
      expect({ where, actions: actions.filter((action) => action.includes('*')) }).toEqual({
        where,
        actions: [],
      });
      expect({ where, open: JSON.stringify([principal]).includes('*') }).toEqual({
        where,
        open: false,
      });
    }
  });

  it('has wildcards in resources only where they are necessary', () => {
    const reasoned = [
      // X-Ray does not support resource-level permissions for traces (service-function.ts).
      /^xray:\w+ on \*$/,
      // Connection ids are not known in advance; the stage and the method are restricted (websocket-api.ts).
      /^execute-api:ManageConnections on arn:[^*]+:\$\{WebSocketApi\}\/live\/(GET|POST|DELETE)\/@connections\/\*$/,
      // In the policy of a key, `*` is that key (alarm-topic.ts).
      /^kms:\w+ on \*$/,
      // The build generates the file names, and the bucket has no other files (dashboard-files.ts, front-door.ts).
      /^s3:(GetObject|PutObject|DeleteObject) on \$\{FrontDoorDashboardBucket\.Arn\}\/\*$/,
    ];
    const wide = everyStatement(template)
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ actions, resources }) =>
        actions.flatMap((action) => resources.map((resource) => `${action} on ${resource}`)),
      )
      .filter((permission) => permission.split(' on ')[1]?.includes('*'));
    expect(wide).not.toEqual([]);
    expect(wide.filter((permission) => !reasoned.some((each) => each.test(permission)))).toEqual(
      [],
    );
  });

  it('contains no secrets, by the names of properties or the form of values', () => {
    for (const [key, value] of textsIn(template)) {
      expect(key).not.toMatch(/secret|password|private_?key|api_?key|credential/i);
      expect(value).not.toMatch(
        /\bAKIA[0-9A-Z]{16}\b|-----BEGIN|\beyJ[\w-]{10,}\.|\bghp_|\bxox[abp]-/,
      );
    }
  });

  it('has no public bucket', () => {
    for (const { properties } of resourcesOf(Template.fromJSON(template), 'AWS::S3::Bucket')) {
      expect(properties).not.toHaveProperty('WebsiteConfiguration');
      expect(properties).not.toHaveProperty('AccessControl');
      expect(properties['PublicAccessBlockConfiguration']).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    }
  });
});

/** Every string in a template, with its key. */
function textsIn(value: unknown, key = ''): (readonly [string, string])[] {
  if (typeof value === 'string') return [[key, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([inner, each]) =>
    textsIn(each, Array.isArray(value) ? key : inner),
  );
}
