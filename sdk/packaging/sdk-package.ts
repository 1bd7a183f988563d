// Makes the package that other programs install: what is in sdk/, for ES modules and CommonJS, with declarations.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { transform, type Format } from 'esbuild';
import ts from 'typescript';
import { nameWithin } from './packing';

const project = path.resolve(__dirname, '../..');
const sdk = path.join(project, 'sdk');

/** What can be imported, e.g. `mission-control-realtime/client`, and the file in sdk/ that is behind it. */
const entries = {
  client: 'client/index',
  react: 'client/react/index',
  publisher: 'publisher/index',
  protocol: 'protocol/index',
};

/** Each has a folder of its own, whose package.json says what its `.js` files are. */
const formats = { esm: 'module', cjs: 'commonjs' } as const;

/**
 * Writes the package. One file for each file of the source: bundlers take what is used, and debuggers show it.
 * @param directory is emptied
 */
export async function buildPackage(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  const { sources, declarations } = compile();
  for (const [format, type] of Object.entries(formats)) {
    const root = path.join(directory, format);
    for (const [file, text] of declarations) await write(path.join(root, file), text);
    for (const [file, text] of sources) {
      const options = { loader: 'ts', format: format as Format, target: 'es2022' } as const;
      const { code } = await transform(text, options);
      // Declarations of types leave nothing behind.
      await write(path.join(root, file), withExtensions(file, code));
    }
    await write(path.join(root, 'package.json'), json({ type, sideEffects: false }));
  }
  await write(path.join(directory, 'package.json'), json(await manifest()));
  await cp(path.join(sdk, 'README.md'), path.join(directory, 'README.md'));
  await cp(path.join(project, 'LICENSE'), path.join(directory, 'LICENSE'));
}

/** The sources that the entries need, and their declarations, by file name relative to sdk/. */
function compile() {
  const { config } = ts.readConfigFile(
    path.join(project, 'tsconfig.json'),
    ts.sys.readFile.bind(ts.sys),
  ) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, project);
  // What the compiler remembers from one run to the next is no part of a package.
  delete options.tsBuildInfoFile;
  const program = ts.createProgram(
    Object.values(entries).map((entry) => path.join(sdk, `${entry}.ts`)),
    {
      ...options,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      incremental: false,
      rootDir: sdk,
      outDir: sdk,
    },
  );
  const faults = ts.getPreEmitDiagnostics(program);
  if (faults.length > 0)
    throw new Error(ts.formatDiagnostics(faults, ts.createCompilerHost(options)));
  const sources = new Map<string, string>();
  for (const { fileName, text, isDeclarationFile } of program.getSourceFiles()) {
    const file = nameWithin(sdk, fileName);
    if (isDeclarationFile || file === undefined) continue;
    sources.set(file.replace(/\.ts$/, '.js'), text);
  }
  const declarations = new Map<string, string>();
  program.emit(undefined, (fileName, text) => {
    const file = nameWithin(sdk, fileName);
    if (file !== undefined) declarations.set(file, withExtensions(file, text));
  });
  return { sources, declarations };
}

/** Node.js wants the whole name of a file where the source says `./name` or names a folder. */
function withExtensions(importer: string, code: string): string {
  return code.replace(
    /((?:from|require\(|import\(|import)\s*)(["'])(\.[^"']*)\2/g,
    (_all, before: string, quote: string, specifier: string) => {
      const target = path.join(sdk, path.dirname(importer), specifier);
      const name = ts.sys.fileExists(`${target}.ts`) ? specifier : `${specifier}/index`;
      return `${before}${quote}${name}.js${quote}`;
    },
  );
}

interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: object;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The package's own: whoever shows agents in a browser has no use for the AWS CDK. */
async function manifest(): Promise<object> {
  const text = await readFile(path.join(project, 'package.json'), 'utf8');
  const { name, version, license, engines, dependencies } = JSON.parse(text) as ProjectManifest;
  const files = (format: keyof typeof formats, entry: string) => ({
    types: `./${format}/${entry}.d.ts`,
    default: `./${format}/${entry}.js`,
  });
  const paths: Record<string, object> = {};
  for (const [entry, file] of Object.entries(entries)) {
    paths[`./${entry}`] = { import: files('esm', file), require: files('cjs', file) };
  }
  // For `moduleResolution: node`, TypeScript's name for Node.js 10, which knows no `exports`.
  const typesOf = Object.entries(entries).map(([entry, file]) => [
    entry,
    [files('cjs', file).types],
  ]);
  const optional = { optional: true };
  return {
    name,
    version,
    description:
      'Mission Control in realtime: a client, a React binding, and a publisher for backends.',
    keywords: ['websocket', 'realtime', 'react', 'eventbridge'],
    license,
    engines,
    type: 'module',
    sideEffects: false,
    exports: { ...paths, './package.json': './package.json' },
    typesVersions: { '*': Object.fromEntries(typesOf) as object },
    files: Object.keys(formats),
    dependencies: { valibot: `^${dependencies['valibot'] ?? ''}` },
    peerDependencies: { '@aws-sdk/client-eventbridge': '^3.0.0', react: '>=18' },
    peerDependenciesMeta: { '@aws-sdk/client-eventbridge': optional, react: optional },
  };
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
