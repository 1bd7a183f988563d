// The package that other programs install: what is in sdk/, for ES modules and CommonJS.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writePackage, type ModuleKind, type ProjectManifest } from './write-package';

/** What can be imported, e.g. `mission-control-realtime/client`, and the file in sdk/ that is behind it. */
const entries = {
  client: 'client/index',
  react: 'client/react/index',
  publisher: 'publisher/index',
  protocol: 'protocol/index',
};

/** Each kind has a folder of its own, whose package.json says what its `.js` files are. */
const folders = { esm: 'esm', cjs: 'cjs' } as const;

/** @param directory is emptied */
export async function buildPackage(directory: string): Promise<void> {
  await writePackage(directory, {
    root: 'sdk',
    entries: Object.values(entries).map((entry) => `${entry}.ts`),
    folders,
    manifest,
    readme: await readFile(path.resolve(__dirname, '../README.md'), 'utf8'),
  });
}

/** The package has its own dependencies: a page in a browser does not need the AWS CDK. */
function manifest({ name, version, license, engines, dependencies }: ProjectManifest): object {
  const files = (kind: ModuleKind, entry: string) => ({
    types: `./${folders[kind]}/${entry}.d.ts`,
    default: `./${folders[kind]}/${entry}.js`,
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
    files: Object.values(folders),
    dependencies: { valibot: `^${dependencies['valibot'] ?? ''}` },
    peerDependencies: { '@aws-sdk/client-eventbridge': '^3.0.0', react: '>=18' },
    peerDependenciesMeta: { '@aws-sdk/client-eventbridge': optional, react: optional },
  };
}
