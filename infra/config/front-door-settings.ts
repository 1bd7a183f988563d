// Parses the setting `frontDoor`: domain name, certificate, web ACL, and the token source of the dashboard.
import * as v from 'valibot';
import type { Parsed } from '../../sdk/protocol/parse';

const url = (what: string) => {
  const problem = `must be ${what}: an https URL without credentials`;
  return v.pipe(
    v.string(problem),
    v.check((value) => {
      if (!URL.canParse(value)) return false;
      const { protocol, username, password } = new URL(value);
      return protocol === 'https:' && username === '' && password === '';
    }, problem),
  );
};

const text = (what: string) => v.pipe(v.string(`must be ${what}`), v.nonEmpty(`must be ${what}`));

/** A text that matches the pattern. CDK tokens are accepted, because CloudFormation fills in their values later. */
const matching = (pattern: RegExp, problem: string) =>
  v.pipe(
    v.string(problem),
    v.check((value) => value.startsWith('${Token[') || pattern.test(value), problem),
  );

function settings<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, (issue) => {
    if (issue.path === undefined) return 'must be true, false or an object of settings';
    if (issue.expected !== 'never') return 'is missing';
    return `is not a setting here: the settings are ${Object.keys(entries).join(', ')}`;
  });
}

/** The value of `token` in the dashboard's `config.json`. */
const tokenSource = v.variant(
  'kind',
  [
    settings({ kind: v.literal('paste') }),
    settings({
      kind: v.literal('endpoint'),
      url: url('the address that answers with the token of the signed-in user'),
    }),
    settings({
      kind: v.literal('oauth'),
      authorizationUrl: url('the address of the sign-in page'),
      tokenUrl: url('the address that gives tokens for codes'),
      clientId: text('the id that the page signs in with'),
      scope: v.optional(text('the scopes to ask for, with spaces between them')),
      use: v.optional(v.picklist(['access_token', 'id_token'], 'must be access_token or id_token')),
    }),
  ],
  'must be an object whose kind is paste, endpoint or oauth',
);

const frontDoor = settings({
  domainName: v.optional(
    matching(
      /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      'must be a host name in small letters, like your-domain.com',
    ),
  ),
  certificateArn: v.optional(
    matching(
      /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
      'must be the ARN of an ACM certificate in us-east-1: CloudFront takes no other',
    ),
  ),
  webAclArn: v.optional(
    matching(
      /^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/,
      'must be the ARN of a web ACL whose scope is CLOUDFRONT: they are in us-east-1, as global',
    ),
  ),
  token: v.optional(tokenSource, { kind: 'paste' }),
});

/** The parsed settings of a front door. */
export type FrontDoorSettings = v.InferOutput<typeof frontDoor>;

/** The settings of a front door before they are parsed. */
export type RequestedFrontDoor = v.InferInput<typeof frontDoor>;

export type ParsedFrontDoor = Parsed<FrontDoorSettings | undefined>;

/** Parses the setting `frontDoor`: an object, `true` or `false`, also as text from the command line. */
export function parseFrontDoor(given: unknown): ParsedFrontDoor {
  if (given === undefined || given === false || given === 'false') {
    return { ok: true, value: undefined };
  }
  const result = v.safeParse(frontDoor, given === true || given === 'true' ? {} : given);
  if (!result.success) {
    const faults = result.issues.map((issue) => ({
      path: ['frontDoor', v.getDotPath(issue) ?? ''].filter((part) => part !== '').join('.'),
      problem: issue.message,
    }));
    return { ok: false, faults };
  }
  const { domainName, certificateArn } = result.output;
  if (domainName !== undefined && certificateArn === undefined) {
    return missing('certificateArn', 'a domain needs a certificate of ACM in us-east-1');
  }
  if (domainName === undefined && certificateArn !== undefined) {
    return missing('domainName', 'the certificate is for one');
  }
  return { ok: true, value: result.output };
}

function missing(name: string, why: string): ParsedFrontDoor {
  return { ok: false, faults: [{ path: `frontDoor.${name}`, problem: `is missing: ${why}` }] };
}
