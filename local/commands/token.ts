// Implements `npm run -s token`, which prints a token of the local issuer and nothing else.
import { parseArguments, UsageError } from '#sdk/command/arguments';
import { runAsProcess, withSentences, type Command } from '#sdk/command/command';
import { isPattern } from '#sdk/protocol';
import { localAudience, localIssuer, localReportScope, openIssuer } from '../issuer/issuer';

const help = `Prints a JWT of the local issuer. Every local stack of this checkout accepts it.

Usage: npm run -s token -- [options]

  --report            a token of a machine, which may report events by POST /events: without a user, with the scope
                      ${localReportScope}
  --agents PATTERN    the claim agents: for a stack with --scope-claim agents. May be repeated
  --sub USER          the user                                   default: alice, with --report machine
  --expires-in S      seconds until it expires; may be negative  default: 3600
  --not-before S      seconds until it is valid; may be negative
  --audience A                                                   default: ${localAudience}
  --issuer I                                                     default: ${localIssuer}
  --claim NAME=VALUE  one more claim; VALUE is JSON or a text. May be repeated: the same NAME again makes a list
  --help`;

const aCentury = 100 * 365 * 24 * 3600;

/** @param stateDirectory the directory of the issuer's key; default: `.local` in the project */
export function createTokenCommand(stateDirectory?: string): Command {
  return withSentences(async (args, { print, complain }) => {
    const given = parseArguments(args, {
      report: 'flag',
      agents: 'texts',
      sub: 'text',
      'expires-in': 'text',
      'not-before': 'text',
      audience: 'text',
      issuer: 'text',
      claim: 'texts',
      help: 'flag',
    });
    if (given.flag('help')) {
      print(help);
      return 0;
    }
    if (given.positionals.length > 0) {
      throw new UsageError('token takes options only, e.g. --sub bob.');
    }
    const isMachine = given.flag('report');
    const sub = given.text('sub') ?? (isMachine ? 'machine' : undefined);
    const audience = given.text('audience');
    const issuer = given.text('issuer');
    const expiresInSeconds = given.wholeNumber('expires-in', -aCentury, aCentury);
    const notBeforeSeconds = given.wholeNumber('not-before', -aCentury, aCentury);
    const agents = given.texts('agents');
    const claims = parseClaims([
      ...agents.map((pattern) => `agents=${JSON.stringify(pattern)}`),
      ...given.texts('claim'),
    ]);
    for (const [name, value] of Object.entries(claims)) {
      const fault = scopeFault(value);
      if (fault !== undefined) {
        complain(
          `The claim ${name} is ${JSON.stringify(value)}: a stack with --scope-claim refuses the token for it, because ${fault}.`,
        );
      }
    }
    const { mintToken } = await openIssuer(stateDirectory);
    const token = await mintToken({
      // As a provider of OAuth 2.0 issues them for client credentials.
      claims: isMachine ? { client_id: sub, scope: localReportScope, ...claims } : claims,
      ...(sub === undefined ? {} : { sub }),
      ...(audience === undefined ? {} : { audience }),
      ...(issuer === undefined ? {} : { issuer }),
      ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
      ...(notBeforeSeconds === undefined ? {} : { notBeforeSeconds }),
    });
    print(token);
    return 0;
  });
}

/** Why a claim cannot list agents: it must be a list of patterns, or one text with spaces between them. Undefined if it can. */
function scopeFault(value: unknown): string | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isText = (one: unknown) => typeof one === 'string' && one.trim() !== '';
  if (values.length === 0 || !values.every(isText)) {
    return 'it is neither a text nor a list of texts';
  }
  const patterns: readonly unknown[] =
    typeof value === 'string' ? value.trim().split(/[ \t\r\n]+/) : values;
  const wrong = patterns.find((pattern) => !isPattern(pattern));
  return wrong === undefined
    ? undefined
    : `${JSON.stringify(wrong)} is neither an agent id nor a prefix that ends in *, unless it is a name for --scope-pattern`;
}

/** The claims that the command sets itself, and how. */
const ownClaims = new Map([
  ['sub', 'use --sub'],
  ['exp', 'use --expires-in'],
  ['nbf', 'use --not-before'],
  ['aud', 'use --audience'],
  ['iss', 'use --issuer'],
  ['iat', 'it is the current time'],
]);

/** Reads `name=value` texts. A name that is given several times has the list of its values. */
function parseClaims(texts: readonly string[]): Record<string, unknown> {
  const values = new Map<string, unknown[]>();
  for (const text of texts) {
    const [name, value] = parseClaim(text);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries(
    [...values].map(([name, all]) => [name, all.length > 1 ? all : all[0]]),
  );
}

function parseClaim(text: string): [string, unknown] {
  const mark = text.indexOf('=');
  if (mark < 1) throw new UsageError('--claim must look like name=value.');
  const name = text.slice(0, mark);
  const own = ownClaims.get(name);
  if (own !== undefined) throw new UsageError(`--claim cannot set ${name}: ${own}.`);
  return [name, parseValue(text.slice(mark + 1))];
}

/** A value that is JSON, e.g. a list, a number or a quoted text, is what it says; anything else is a text. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

if (require.main === module) void runAsProcess(createTokenCommand());
