// Implements `npm run -s token`, which prints a token of the local issuer and nothing else.
import { localAudience, localIssuer, openIssuer } from '../issuer/issuer';
import { parseArguments, UsageError } from './arguments';
import { runAsProcess, withSentences, type Command } from './command';

const help = `Prints a JWT of the local issuer. Every local stack of this checkout accepts it.

Usage: npm run -s token -- [options]

  --sub USER          the user                                   default: alice
  --expires-in S      seconds until it expires; may be negative  default: 3600
  --not-before S      seconds until it is valid; may be negative
  --audience A                                                   default: ${localAudience}
  --issuer I                                                     default: ${localIssuer}
  --claim NAME=VALUE  one more claim; may be repeated
  --help`;

const aCentury = 100 * 365 * 24 * 3600;

/** @param stateDirectory the directory of the issuer's key; default: `.local` in the project */
export function createTokenCommand(stateDirectory?: string): Command {
  return withSentences(async (args, { print }) => {
    const given = parseArguments(args, {
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
    const sub = given.text('sub');
    const audience = given.text('audience');
    const issuer = given.text('issuer');
    const expiresInSeconds = given.wholeNumber('expires-in', -aCentury, aCentury);
    const notBeforeSeconds = given.wholeNumber('not-before', -aCentury, aCentury);
    const claims = Object.fromEntries(given.texts('claim').map(parseClaim));
    const { mintToken } = await openIssuer(stateDirectory);
    const token = await mintToken({
      claims,
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

function parseClaim(text: string): [string, string] {
  const mark = text.indexOf('=');
  if (mark < 1) throw new UsageError('--claim must look like name=value.');
  return [text.slice(0, mark), text.slice(mark + 1)];
}

if (require.main === module) void runAsProcess(createTokenCommand());
