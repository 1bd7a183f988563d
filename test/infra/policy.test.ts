// What a security review asks: the rules of AWS Solutions and Serverless, and why the exceptions are none.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Validations, type App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks, ServerlessChecks, type IApplyRule } from 'cdk-nag';
import { createApp } from '../../infra/app';
import { parseConfiguration } from '../../infra/configuration';
import { allowedTo, resourcesOf } from './synthesized';

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

/** Checks a deployment with all that it can have. */
function check(identity: Record<string, string>) {
  const configuration = parseConfiguration({ ...identity, useMockData: true });
  if (!configuration.ok) throw new Error(JSON.stringify(configuration.faults));
  const outdir = mkdtempSync(path.join(tmpdir(), 'mission-control-policy-'));
  const findings: Finding[] = [];
  try {
    const app = createApp(configuration.value, {
      outdir,
      // CDK's own rules are asked in bundle.test.ts.
      validate: false,
      codeOf: () => Code.fromInline('// The rules look at the template, not at the code.'),
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

const oidc = check({ issuer: 'https://issuer.example.com', audience: 'mission-control' });
const cognito = check({ auth: 'cognito-new' });

describe.each([
  ['with an issuer', oidc],
  ['with a new user pool', cognito],
])('%s', (_, { findings, acknowledged, report, template }) => {
  test('no rule is broken without a word', () => {
    expect(report).toMatchObject({ pluginReports: [] });
    expect(findings.length).toBeGreaterThan(20);
  });

  test('each acknowledgement says why in a sentence, and is about something that is found', () => {
    for (const { id, reason, path: where } of acknowledged) {
      expect(reason).toMatch(/^[A-Z].{80,}[^ ]$/);
      const about = findings.filter(
        (found) => found.id === id && `${found.path}/`.startsWith(`${where}/`),
      );
      expect({ id, where, found: about.length > 0 }).toEqual({ id, where, found: true });
    }
  });

  test('a resource with a wildcard is for traces, or a connection of this API', () => {
    const parsed = Template.fromJSON(template);
    const roles = resourcesOf(parsed, 'AWS::IAM::Role').map(({ id }) => `\${${id}.Arn}`);
    const allowed = roles.flatMap((role) => Object.entries(allowedTo(parsed, role)));
    const wide = allowed.filter(([resource]) => resource.includes('*'));
    expect(new Set(wide.map(([resource]) => resource))).toEqual(
      new Set(
        ['POST', 'DELETE']
          .map(
            (method) =>
              `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${WebSocketApi}/live/${method}/@connections/*`,
          )
          .concat('*'),
      ),
    );
    expect(allowed.flatMap(([, actions]) => actions).join()).not.toContain('*');
  });

  test('there is no secret in it, by name or by look', () => {
    for (const [key, value] of textsIn(template)) {
      expect(key).not.toMatch(/secret|password|private_?key|api_?key|credential/i);
      expect(value).not.toMatch(
        /\bAKIA[0-9A-Z]{16}\b|-----BEGIN|\beyJ[\w-]{10,}\.|\bghp_|\bxox[abp]-/,
      );
    }
  });

  test('there is no bucket that the public can reach', () => {
    for (const { properties } of resourcesOf(Template.fromJSON(template), 'AWS::S3::Bucket')) {
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
