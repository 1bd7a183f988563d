// Makes the package that other CDK apps install: the construct, the functions' bundles and the dashboard.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { transform } from 'esbuild';
import ts from 'typescript';
import { nameWithin } from '../../sdk/packaging/packing';
import { bundleFunctions } from './bundle';

const project = path.resolve(__dirname, '../..');

/** What the code finds by its path, relative to its own: it lies in the package as it does here. */
const besideTheCode = [
  'infra/constructs/front-door/edge-function.js',
  'build/lambdas',
  'build/dashboard',
];

/** The one module that is another in the package, where the functions have been bundled already. */
const bundling = 'infra/build/bundle.js';
const bundledAlready = `exports.bundleFunctions = require('./bundled-functions').bundledFunctions;\n`;

/**
 * Writes the package, of CommonJS: what a CDK app is made of is, and both kinds of module can import it.
 * `build/dashboard` has to be there: `npm run build:construct` makes it first.
 * @param directory is emptied
 */
export async function buildConstructPackage(directory: string): Promise<void> {
  bundleFunctions();
  await rm(directory, { recursive: true, force: true });
  for (const [file, text] of compile()) {
    const isCode = file.endsWith('.js');
    const code = isCode
      ? // For Node.js it says which names are exported, without which ES modules find none.
        (await transform(text, { loader: 'ts', format: 'cjs', platform: 'node', target: 'node20' }))
          .code
      : text;
    await write(path.join(directory, file), file === bundling ? bundledAlready : code);
  }
  for (const folder of besideTheCode) {
    await cp(path.join(project, folder), path.join(directory, folder), { recursive: true });
  }
  await write(
    path.join(directory, 'package.json'),
    `${JSON.stringify(await manifest(), null, 2)}\n`,
  );
  const readme = await readFile(path.join(project, 'docs/construct.md'), 'utf8');
  // What it links to does not come with it.
  await write(path.join(directory, 'README.md'), readme.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1'));
  await cp(path.join(project, 'LICENSE'), path.join(directory, 'LICENSE'));
}

/** The source files behind `infra/index.ts`, to be `.js`, and their declarations, by name within the project. */
function compile(): Map<string, string> {
  const read = ts.readConfigFile(
    path.join(project, 'tsconfig.json'),
    ts.sys.readFile.bind(ts.sys),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, project);
  // What the compiler remembers from one run to the next is no part of a package.
  delete options.tsBuildInfoFile;
  const program = ts.createProgram([path.join(project, 'infra/index.ts')], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    incremental: false,
    rootDir: project,
    outDir: project,
  });
  const faults = ts.getPreEmitDiagnostics(program);
  if (faults.length > 0) {
    throw new Error(ts.formatDiagnostics(faults, ts.createCompilerHost(options)));
  }
  const files = new Map<string, string>();
  for (const { fileName, text, isDeclarationFile } of program.getSourceFiles()) {
    const file = nameWithin(project, fileName);
    if (isDeclarationFile || file === undefined) continue;
    files.set(file.replace(/\.ts$/, '.js'), text);
  }
  program.emit(undefined, (fileName, text) => {
    const file = nameWithin(project, fileName);
    if (file !== undefined) files.set(file, text);
  });
  return files;
}

interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: object;
  readonly dependencies: Readonly<Record<string, string>>;
}

async function manifest(): Promise<object> {
  const text = await readFile(path.join(project, 'package.json'), 'utf8');
  const { name, version, license, engines, dependencies } = JSON.parse(text) as ProjectManifest;
  const range = (dependency: string) => `^${dependencies[dependency] ?? ''}`;
  return {
    name: `${name}-construct`,
    version,
    description: 'Mission Control Realtime as a construct of the AWS CDK.',
    keywords: ['aws-cdk', 'websocket', 'realtime'],
    license,
    engines,
    type: 'commonjs',
    // For TypeScript's `moduleResolution: node`, which knows no `exports`.
    types: './infra/index.d.ts',
    main: './infra/index.js',
    exports: {
      '.': { types: './infra/index.d.ts', default: './infra/index.js' },
      './package.json': './package.json',
    },
    files: ['infra', 'lambdas', 'sdk', 'build'],
    dependencies: { valibot: range('valibot') },
    // One copy of each in an app: constructs of two do not fit together.
    peerDependencies: { 'aws-cdk-lib': range('aws-cdk-lib'), constructs: range('constructs') },
  };
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}
