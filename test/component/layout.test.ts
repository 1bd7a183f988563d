// The layout of the project: who may import whom, as .dependency-cruiser.cjs says.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const project = path.resolve(__dirname, '../..');
const cruiser = path.join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

it('nothing imports what its folder may not know', async () => {
  const folders = [
    'infra',
    'lambdas',
    'sdk',
    'dashboard',
    'local',
    'bench',
    'cost',
    'docs',
    'test',
  ];
  const args = [cruiser, '--config', '.dependency-cruiser.cjs', '--output-type', 'err', ...folders];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project });
  expect(stdout).toContain('no dependency violations found');
});
