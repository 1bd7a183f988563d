// The sources of settings: the file of the stage overrides cdk.json, the command line overrides both, and faults name the source.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultStage } from '#infra/config/names';
import { commonKey, readConfiguration } from '#infra/config/stages';

const oidc = { issuer: 'https://issuer.example.com', audience: 'mission-control' };

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'mission-control-stages-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const write = (stage: string, content: unknown) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(path.join(folder, `${stage}.json`), text);
};
const read = (context: Record<string, unknown>, fileContext = {}) =>
  readConfiguration(context, { folder, fileContext });
const faultsOf = (context: Record<string, unknown>, fileContext = {}) => {
  const parsed = read(context, fileContext);
  return parsed.ok ? [] : parsed.faults.map(({ path: name, problem }) => `${name} ${problem}`);
};

it('overrides cdk.json with the file of the stage, and both with the command line', () => {
  write('test', { heartbeatSeconds: 20, maxConnectionsPerUser: 2 });
  const common = { ...oidc, heartbeatSeconds: 10, maxConnectionsPerUser: 1, eventSource: 'agents' };
  const context = { [commonKey]: common, stage: 'test', maxConnectionsPerUser: '3' };
  expect(read(context)).toMatchObject({
    ok: true,
    value: { stage: 'test', eventSource: 'agents', heartbeatSeconds: 20, maxConnectionsPerUser: 3 },
  });
});

it('reads the stage from cdk.json, and overrides it with the command line', () => {
  write('one', { heartbeatSeconds: 10 });
  write('two', { heartbeatSeconds: 20 });
  const context = { [commonKey]: { ...oidc, stage: 'one' } };
  expect(read(context)).toMatchObject({ value: { stage: 'one', heartbeatSeconds: 10 } });
  expect(read({ ...context, stage: 'two' })).toMatchObject({
    value: { stage: 'two', heartbeatSeconds: 20 },
  });
});

it('does not override a setting with an empty value', () => {
  write('test', { gatewayUrl: 'http://gateway.internal' });
  expect(read({ ...oidc, stage: 'test', gatewayUrl: '' })).toMatchObject({
    value: { gatewayUrl: 'http://gateway.internal' },
  });
});

it('requires a file for every stage except the default one', () => {
  expect(read(oidc)).toMatchObject({ ok: true, value: { stage: defaultStage } });
  expect(faultsOf({ ...oidc, stage: 'prodution' })).toEqual([
    'stage is prodution, which has no file infra/stages/prodution.json: {} would be enough',
  ]);
  write(defaultStage, { heartbeatSeconds: 15 });
  expect(read(oidc)).toMatchObject({ value: { heartbeatSeconds: 15 } });
});

it('names the file of the setting in a fault', () => {
  write('test', { heartbeatSeconds: 7, heartbeats: 1, tags: { team: 42 } });
  const faults = faultsOf({
    [commonKey]: { eventSource: 'aws.x' },
    stage: 'test',
    gatewayUrl: 'x',
  });
  const where = (name: string) => faults.filter((fault) => fault.startsWith(name)).join('; ');
  expect(where('heartbeatSeconds')).toMatch(/multiple of 60 \(in infra\/stages\/test\.json\)$/);
  expect(where('heartbeats ')).toMatch(/^heartbeats is not a setting: .*test\.json\)$/);
  expect(where('tags')).toMatch(/test\.json\)$/);
  expect(where('eventSource')).toMatch(/\(in cdk\.json\)$/);
  expect(where('gatewayUrl')).toMatch(/an http or https URL/);
  expect(where('gatewayUrl')).not.toMatch(/\(in /);
  expect(where('issuer')).toMatch(/^issuer is missing: /);
});

it.each([
  ['{"issuer":', /^infra\/stages\/test\.json cannot be read: .*JSON/],
  ['[]', /^infra\/stages\/test\.json must be a JSON object/],
  ['null', /^infra\/stages\/test\.json must be a JSON object/],
  ['{"stage":"other"}', /^stage is the name of the file/],
])('refuses a file with %s', (content, expected) => {
  write('test', content);
  const faults = faultsOf({ ...oidc, stage: 'test' });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(expected);
});

it.each([
  [undefined, 'stage is test, which has no file infra/stages/test.json: {} would be enough'],
  ['{"issuer":', expect.stringMatching(/^infra\/stages\/test\.json cannot be read/)],
  ['[]', 'infra/stages/test.json must be a JSON object of settings'],
  [
    '{"stage":"other","maxConnectionsPerUser":0}',
    'stage is the name of the file, and does not stand in it (infra/stages/test.json)',
  ],
])('also lists the other faults if the content of the file is %s', (content, fault) => {
  if (content !== undefined) write('test', content);
  const faults = faultsOf({
    ...{ ...oidc, stage: 'test', heartbeatSeconds: 7, [commonKey]: { eventSource: 'aws.x' } },
  });
  expect(faults).toContainEqual(fault);
  const inFile = faults.filter((one) => one.startsWith('maxConnectionsPerUser'));
  expect(inFile).toHaveLength(content?.includes('maxConnectionsPerUser') === true ? 1 : 0);
  expect(faults).toContainEqual(expect.stringMatching(/^heartbeatSeconds must be/));
  expect(faults).toContainEqual(expect.stringMatching(/^eventSource .*\(in cdk\.json\)$/));
});

it('also lists the other faults if the stage and missionControl are invalid', () => {
  expect(faultsOf({ ...oidc, stage: 'A B', heartbeatSeconds: 7, [commonKey]: 'x' })).toEqual([
    expect.stringMatching(/^missionControl must be an object/),
    expect.stringMatching(/^stage must be 1 to 20 of a-z/),
    expect.stringMatching(/^heartbeatSeconds must be/),
  ]);
});

it('refuses a stage that leads to a path outside the folder', () => {
  expect(faultsOf({ ...oidc, stage: '../../package' })).toEqual([
    expect.stringMatching(/^stage must be 1 to 20 of a-z/),
  ]);
});

it('refuses a setting outside missionControl in cdk.json, because it would override every stage', () => {
  expect(faultsOf({ ...oidc, heartbeatSeconds: 10 }, { heartbeatSeconds: 10 })).toEqual([
    expect.stringMatching(/^heartbeatSeconds stands beside .* put it into "missionControl" there$/),
  ]);
});

it(`refuses ${commonKey} if it is not an object, e.g. from the command line`, () => {
  expect(faultsOf({ ...oidc, [commonKey]: 'x' })).toEqual([
    'missionControl must be an object, in cdk.json',
  ]);
});

it('accepts the stages of the project with only an identity provider', () => {
  const shipped = path.resolve(__dirname, '../../../../infra/stages');
  const stages = readdirSync(shipped).map((file) => path.basename(file, '.json'));
  expect(stages.sort()).toEqual(['development', 'production']);
  const read = (stage: string) => readConfiguration({ stage, auth: 'cognito-new' });
  expect(read('production')).toMatchObject({ ok: true, value: { dataRemoval: 'retain' } });
  expect(read('development')).toMatchObject({ ok: true, value: { dataRemoval: 'destroy' } });
});

it('refuses an empty stage on the command line instead of using that of cdk.json', () => {
  expect(faultsOf({ ...oidc, stage: '', [commonKey]: { stage: 'test' } })).toEqual([
    'stage must be a name; leave it out for the default, live',
    'stage must be 1 to 20 of a-z, 0-9 and -, beginning with a letter; leave it out for the default, live',
  ]);
});
