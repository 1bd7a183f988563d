// What a security review asks: the rules of AWS Solutions and Serverless, and why the exceptions are none.
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

// A rule looks at the policies of buses by a property that CDK calls deprecated.
process.env['JSII_DEPRECATED'] = 'quiet';

interface Finding {
  readonly id: string;
  readonly path: string;
}

/** The checks, which tell what they find although it was acknowledged. */
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

/** Checks a deployment. */
function check(context: Record<string, unknown>, region = 'us-east-1') {
  const configuration = parseConfiguration(context);
  if (!configuration.ok) throw new Error(JSON.stringify(configuration.faults));
  const outdir = mkdtempSync(path.join(tmpdir(), 'mission-control-policy-'));
  const findings: Finding[] = [];
  try {
    const app = createApp(configuration.value, {
      outdir,
      // CDK's own rules are asked in bundle.test.ts.
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
        // CDK puts the kind of an id before one that has none.
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

/** Everything that a deployment can be. */
const deployments = [
  ['with nothing but an issuer', check(oidc)],
  ['with mock agents', check({ ...oidc, useMockData: true })],
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
  ['with a front door of its own name', check({ ...oidc, frontDoor: named })],
  ["with a front door of CloudFront's name", check({ ...oidc, frontDoor: true })],
  [
    'with a front door far from us-east-1',
    check({ ...oidc, frontDoor: { ...named, webAclArn } }, 'eu-central-1'),
  ],
] as const;

describe.each(deployments)('%s', (_, { findings, acknowledged, report, template }) => {
  it('no rule is broken without a word', () => {
    expect(report).toMatchObject({ pluginReports: [] });
    expect(findings.length).toBeGreaterThan(20);
  });

  it('each acknowledgement says why in a sentence, and is about something that is found', () => {
    for (const { id, reason, path: where } of acknowledged) {
      expect(reason).toMatch(/^[A-Z].{80,}[^ ]$/);
      const about = findings.filter(
        (found) => found.id === id && `${found.path}/`.startsWith(`${where}/`),
      );
      expect({ id, where, found: about.length > 0 }).toEqual({ id, where, found: true });
    }
  });

  it('nobody is allowed a wildcard of actions, and nobody is anybody', () => {
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

  it('a resource with a wildcard is one of those that have a reason', () => {
    const reasoned = [
      // X-Ray lets nobody restrict traces to a resource (service-function.ts).
      /^xray:\w+ on \*$/,
      // Connections come and go; of one stage and one method (websocket-api.ts).
      /^execute-api:ManageConnections on arn:[^*]+:\$\{WebSocketApi\}\/live\/(GET|POST|DELETE)\/@connections\/\*$/,
      // In the policy of a key, it is this key (alarm-topic.ts).
      /^kms:\w+ on \*$/,
      // Files whose names are made by a build, and nothing else is there (dashboard-files.ts, front-door.ts).
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

  it('there is no secret in it, by name or by look', () => {
    for (const [key, value] of textsIn(template)) {
      expect(key).not.toMatch(/secret|password|private_?key|api_?key|credential/i);
      expect(value).not.toMatch(
        /\bAKIA[0-9A-Z]{16}\b|-----BEGIN|\beyJ[\w-]{10,}\.|\bghp_|\bxox[abp]-/,
      );
    }
  });

  it('there is no bucket that the public can reach', () => {
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

/** Every text in a template, with the key that it stands under. */
function textsIn(value: unknown, key = ''): (readonly [string, string])[] {
  if (typeof value === 'string') return [[key, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([inner, each]) =>
    textsIn(each, Array.isArray(value) ? key : inner),
  );
}
