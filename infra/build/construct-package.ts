// The package that other CDK apps install: the construct, the functions' bundles and the dashboard.
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writePackage, type ProjectManifest } from '../../sdk/packaging/write-package';
import { bundleFunctions } from './bundle';

const project = path.resolve(__dirname, '../..');

/** Files that the code finds by relative paths: the package has them at the same paths. */
const besideTheCode = [
  'infra/constructs/front-door/edge-function.js',
  'build/lambdas',
  'build/dashboard',
];

/** The only module that the package replaces, because its functions are already bundled. */
const bundling = 'infra/build/bundle.js';
const bundledAlready = `exports.bundleFunctions = require('./bundled-functions').bundledFunctions;\n`;

/**
 * Writes the package as CommonJS, like the CDK's own packages: both kinds of modules can import it.
 * It needs `build/dashboard`, which `npm run build:construct` makes first.
 * @param directory is emptied
 */
export async function buildConstructPackage(directory: string): Promise<void> {
  bundleFunctions();
  const readme = await readFile(path.join(project, 'docs/construct.md'), 'utf8');
  await writePackage(directory, {
    root: '.',
    entries: ['infra/index.ts'],
    folders: { cjs: '.' },
    manifest,
    // What it links to does not come with it.
    readme: readme.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1'),
  });
  await writeFile(path.join(directory, bundling), bundledAlready);
  for (const item of besideTheCode) {
    await cp(path.join(project, item), path.join(directory, item), { recursive: true });
  }
}

function manifest({ name, version, license, engines, dependencies }: ProjectManifest): object {
  const range = (dependency: string) => `^${dependencies[dependency] ?? ''}`;
  return {
    name: `${name}-construct`,
    version,
    description: 'Mission Control Realtime as a construct of the AWS CDK.',
    keywords: ['aws-cdk', 'websocket', 'realtime'],
    license,
    engines,
    type: 'commonjs',
    // For TypeScript's `moduleResolution: node`, which ignores `exports`.
    types: './infra/index.d.ts',
    main: './infra/index.js',
    exports: {
      '.': { types: './infra/index.d.ts', default: './infra/index.js' },
      './package.json': './package.json',
    },
    files: ['infra', 'lambdas', 'sdk', 'build'],
    dependencies: { valibot: range('valibot') },
    // An app must have one copy of each: constructs of two copies are incompatible.
    peerDependencies: { 'aws-cdk-lib': range('aws-cdk-lib'), constructs: range('constructs') },
  };
}
