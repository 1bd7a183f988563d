// `npm run -s token`: prints only a JWT on stdout, or an error message on stderr.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { createTokenCommand } from '#local/commands/token';
import { run } from '#test/support/local/recorded-output';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'token-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const token = (...args: string[]) => run(createTokenCommand(directory), ...args);

it('prints a token for alice, and nothing else', async () => {
  const { exitCode, printed, complaints } = await token();
  expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: '' });
  expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(decodeJwt(printed)).toMatchObject({ sub: 'alice', aud: 'mission-control' });
});

it('accepts all options', async () => {
  const { printed } = await token(
    ...['--sub', 'bob', '--expires-in', '-10', '--not-before', '60', '--audience', 'A'],
    ...['--issuer', 'I', '--claim', 'k=v', '--claim', 'x=y=z'],
  );
  const payload = decodeJwt(printed);
  const iat = payload.iat ?? NaN;
  expect(payload).toEqual({
    sub: 'bob',
    aud: 'A',
    iss: 'I',
    k: 'v',
    x: 'y=z',
    iat,
    exp: iat - 10,
    nbf: iat + 60,
  });
});

it('prints the token of a machine with --report: its id, and the scope for reports', async () => {
  expect(decodeJwt((await token('--report')).printed)).toMatchObject({
    ...{ sub: 'machine', client_id: 'machine', scope: 'mission-control/report' },
    aud: 'mission-control',
  });
  const named = await token('--report', '--sub', 'robot', '--claim', 'scope=other');
  expect(decodeJwt(named.printed)).toMatchObject({
    ...{ sub: 'robot', client_id: 'robot', scope: 'other' },
  });
  expect(decodeJwt((await token()).printed)).not.toHaveProperty('scope');
});

it.each([
  ['one pattern', ['--agents', '7'], '7'],
  ['several patterns', ['--agents', 'team-a/*', '--agents', 'shared'], ['team-a/*', 'shared']],
])('lists %s of --agents in the claim agents, as text', async (_what, options, agents) => {
  expect(decodeJwt((await token('--report', ...options)).printed)).toMatchObject({ agents });
});

it.each([
  ['a text', ['agents=team-a/*'], 'team-a/*'],
  ['a text with several patterns', ['agents=team-a/* shared'], 'team-a/* shared'],
  ['a list', ['agents=["team-a/*","shared"]'], ['team-a/*', 'shared']],
  ['a number', ['agents=7'], 7],
  ['a number in quotes', ['agents="7"'], '7'],
  ['a boolean', ['agents=true'], true],
  ['an object', ['agents={"a":[]}'], { a: [] }],
  ['null', ['agents=null'], null],
  ['an empty text', ['agents='], ''],
  ['a text that only begins like JSON', ['agents=[team-a]'], '[team-a]'],
  ['two values', ['agents=team-a/*', 'agents=7'], ['team-a/*', 7]],
])('adds %s as a claim', async (_what, claims, value) => {
  const options = claims.flatMap((claim) => ['--claim', claim]);
  const { printed } = await token('--claim', 'other=x', ...options);
  expect(decodeJwt(printed)).toMatchObject({ agents: value, other: 'x' });
});

it('adds claims whose names are those of properties of any object', async () => {
  const { printed } = await token('--claim', 'constructor=a', '--claim', '__proto__=b');
  const claims = JSON.parse(
    Buffer.from(printed.split('.')[1] ?? '', 'base64url').toString(),
  ) as object;
  expect(Object.entries(claims)).toEqual(
    expect.arrayContaining([
      ['constructor', 'a'],
      ['__proto__', 'b'],
    ]),
  );
});

it.each([
  [['--sub'], '--sub needs a value.'],
  [['--user', 'bob'], 'Unknown option --user.'],
  [['bob'], 'token takes options only, e.g. --sub bob.'],
  [['--expires-in', 'soon'], '--expires-in must be a whole number'],
  [['--claim', 'k'], '--claim must look like name=value.'],
  [['--claim', '=v'], '--claim must look like name=value.'],
  [['--claim', 'sub=bob'], '--claim cannot set sub: use --sub.'],
  [['--claim', 'exp=0'], '--claim cannot set exp: use --expires-in.'],
  [['--claim', 'nbf=0'], '--claim cannot set nbf: use --not-before.'],
  [['--claim', 'aud=["A"]'], '--claim cannot set aud: use --audience.'],
  [['--claim', 'iss=I'], '--claim cannot set iss: use --issuer.'],
  [['--claim', 'iat=0'], '--claim cannot set iat: it is the current time.'],
])('refuses %j with exit code 2: %s', async (args, sentence) => {
  const { exitCode, printed, complaints } = await token(...args);
  expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' });
  expect(complaints).toContain(sentence);
  expect(complaints).toContain('--help');
});

it('prints its options with --help', async () => {
  const { exitCode, printed } = await token('--help');
  expect(exitCode).toBe(0);
  for (const option of ['--sub', '--expires-in', '--not-before', '--audience', '--issuer']) {
    expect(printed).toContain(option);
  }
});

it('prints what is wrong with the key file', async () => {
  const other = mkdtempSync(path.join(tmpdir(), 'token-'));
  writeFileSync(path.join(other, 'issuer-key.pem'), 'rubbish');
  const { exitCode, printed, complaints } = await run(createTokenCommand(other));
  rmSync(other, { recursive: true });
  expect({ exitCode, printed }).toEqual({ exitCode: 1, printed: '' });
  expect(complaints).toMatch(/issuer-key\.pem does not hold an RSA private key .*: delete it/);
});

it.each([
  ['a number', 'agents=7', '7'],
  ['an empty text', 'agents=', '""'],
  ['an empty list', 'agents=[]', '[]'],
  ['a list with a number', 'agents=["a",7]', '["a",7]'],
  ['null', 'agents=null', 'null'],
])('warns of a claim that cannot be a scope: %s', async (_what, claim, value) => {
  const { exitCode, printed, complaints } = await token('--claim', claim);
  expect(exitCode).toBe(0);
  expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(complaints).toBe(
    `The claim agents is ${value}: a stack with --scope-claim refuses the token for it, because it is neither a text nor a list of texts.`,
  );
});

it.each([
  [['--claim', 'agents=a*b'], '"a*b"', '"a*b"'],
  [['--claim', 'agents=team-a/* a*b'], '"team-a/* a*b"', '"a*b"'],
  [['--agents', 'a', '--agents', 'b\\'], '["a","b\\\\"]', '"b\\\\"'],
])('warns of a claim with a text that is no pattern: %j', async (args, value, pattern) => {
  const { exitCode, complaints } = await token(...args);
  expect(exitCode).toBe(0);
  expect(complaints).toBe(
    `The claim agents is ${value}: a stack with --scope-claim refuses the token for it, because ${pattern} is neither an agent id nor a prefix that ends in *, unless it is a name for --scope-pattern.`,
  );
});

it('warns of no other claim', async () => {
  const { complaints } = await token(
    '--claim',
    'agents=a*',
    '--claim',
    'groups=["a","b/*"]',
    '--claim',
    'scope=a b/*',
  );
  expect(complaints).toBe('');
});
