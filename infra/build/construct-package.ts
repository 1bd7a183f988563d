// Builds the package for other CDK apps: the construct, the functions' bundles and the dashboard.
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writePackage, type ProjectManifest } from '../../sdk/packaging/write-package';
import { bundleFunctions } from './bundle';

const project = path.resolve(__dirname, '../..');

/** Files that the code reads by relative paths. The package has them at the same paths. */
const besideTheCode = [
  'infra/constructs/front-door/edge-function.js',
  'build/lambdas',
  'build/dashboard',
];

/** The only module that is replaced in the package, because its functions are already bundled. */
const bundling = 'infra/build/bundle.js';
const bundledAlready = `exports.bundleFunctions = require('./bundled-functions').bundledFunctions;\n`;

/**
 * Writes the package as CommonJS, like the CDK's packages, because both kinds of modules can import it. Requires
 * `build/dashboard`, which `npm run build:construct` builds first.
 * @param directory the directory of the package; its contents are deleted
 */
export async function buildConstructPackage(directory: string): Promise<void> {
  bundleFunctions();
  const readme = await readFile(path.join(project, 'docs/construct.md'), 'utf8');
  await writePackage(directory, {
    root: '.',
    entries: ['infra/index.ts'],
    folders: { cjs: '.' },
    manifest,
    // Without links, because the package does not contain their targets.
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
    // Peer dependencies, because an app must have only one copy of each: constructs of different copies are incompatible.
    peerDependencies: { 'aws-cdk-lib': range('aws-cdk-lib'), constructs: range('constructs') },
  };
}
