// Builds the npm package of sdk/, with ES modules and CommonJS.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeCommand } from './write-command';
import { writePackage, type ModuleKind, type ProjectManifest } from './write-package';

/** The entry points, e.g. `mission-control-realtime/client`, each with its file in sdk/. */
const entries = {
  client: 'client/index',
  react: 'client/react/index',
  testing: 'client/testing/index',
  publisher: 'publisher/index',
  protocol: 'protocol/index',
};

/** The folder of each kind of module. The package.json of a folder declares the kind of its `.js` files. */
const folders = { esm: 'esm', cjs: 'cjs' } as const;

/** The program of the package, as `npx mission-control-realtime` runs it. */
const program = 'bin/mission-control-realtime.cjs';

/**
 * Writes the package.
 * @param directory is emptied first
 * @throws if the sources have a type error
 */
export async function buildPackage(directory: string): Promise<void> {
  await writePackage(directory, {
    root: 'sdk',
    entries: Object.values(entries).map((entry) => `${entry}.ts`),
    folders,
    manifest,
    readme: await readFile(path.resolve(__dirname, '../README.md'), 'utf8'),
  });
  await writeCommand('sdk/command/main.ts', path.join(directory, program));
}

/** Returns the package.json. It has its own dependencies, because clients do not need those of the whole project. */
function manifest({ name, version, license, engines, dependencies }: ProjectManifest): object {
  const files = (kind: ModuleKind, entry: string) => ({
    types: `./${folders[kind]}/${entry}.d.ts`,
    default: `./${folders[kind]}/${entry}.js`,
  });
  const paths: Record<string, object> = {};
  for (const [entry, file] of Object.entries(entries)) {
    paths[`./${entry}`] = { import: files('esm', file), require: files('cjs', file) };
  }
  // For TypeScript's `moduleResolution: node`, which does not support `exports`.
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
    bin: { [name]: program },
    files: [...Object.values(folders), path.dirname(program)],
    dependencies: { valibot: `^${dependencies['valibot'] ?? ''}` },
    peerDependencies: { '@aws-sdk/client-eventbridge': '^3.0.0', react: '>=18' },
    peerDependenciesMeta: { '@aws-sdk/client-eventbridge': optional, react: optional },
  };
}
