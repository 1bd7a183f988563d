// The real CDK app, synthesized in a separate process.
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { synthesize } from '#local/deploy/synthesize';

const identity = { issuer: 'http://localhost/mission-control', audience: 'mission-control' };

/** The files that the modules in a folder import from it. */
function importsOf(folder: string): string[] {
  const modules = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  return modules
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .flatMap((text) => [...text.matchAll(/["'](\.\/[\w-]+\.mjs)["']/g)])
    .map(([, file = '']) => path.join(folder, file));
}

it('returns the template and the bundles, and deletes its folder on request', async () => {
  const { template, directory, remove } = await synthesize(identity);
  const functions = Object.values(template.Resources).filter(
    ({ Type }) => Type === 'AWS::Lambda::Function',
  );
  expect(functions.length).toBeGreaterThan(5);
  const assets = readdirSync(directory).filter((name) => name.startsWith('asset.'));
  expect(assets.length).toBeGreaterThan(5);
  // Copies, with the files that a function loads later: the bundles may be rebuilt while the stack runs.
  const loadedLater = assets.flatMap((asset) => importsOf(path.join(directory, asset)));
  expect(loadedLater.length).toBeGreaterThan(5);
  expect(
    loadedLater.filter((file) => !existsSync(file) || lstatSync(file).isSymbolicLink()),
  ).toEqual([]);
  await remove();
  expect(existsSync(directory)).toBe(false);
});

it('lists the settings that the app refuses', async () => {
  const refused = synthesize({ ...identity, heartbeatSeconds: 7, gatewayUrl: 'nowhere' });
  await expect(refused).rejects.toMatchObject({
    code: 'SETTINGS_REFUSED',
    message: expect.stringMatching(/heartbeatSeconds must be a divisor.*60/) as string,
    faults: expect.arrayContaining([
      { path: 'heartbeatSeconds', problem: 'must be a divisor or a multiple of 60' },
      expect.objectContaining({ path: 'gatewayUrl' }) as object,
    ]) as unknown[],
  });
});

it('refuses frontDoor, because the local stack has no CloudFront', async () => {
  await expect(synthesize({ ...identity, frontDoor: true })).rejects.toMatchObject({
    code: 'SETTINGS_REFUSED',
    message: expect.stringContaining(
      'frontDoor is CloudFront, which the local stack has none of',
    ) as string,
  });
});
