// Writes an npm package from TypeScript sources. Each source file becomes one module, so that bundlers can omit unused ones and
// debuggers show readable files. esbuild and TypeScript, which the project has anyway, do all of it: tsdown would add a second
// bundler, Rolldown.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { transform } from 'esbuild';
import { compile, withExtensions } from './compile';

const project = path.resolve(__dirname, '../..');

/** The fields of the project's package.json that its packages use. */
export interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: object;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The contents of a package. */
export interface PackageRecipe {
  /** The folder of the sources, relative to the project. File names in the package are relative to it. */
  readonly root: string;
  /** The entry points, relative to `root`. The files that they import are included. */
  readonly entries: readonly string[];
  /** For each kind of module, its folder in the package; `.` for the package itself. */
  readonly folders: Readonly<Partial<Record<ModuleKind, string>>>;
  /** Returns the package.json. */
  readonly manifest: (project: ProjectManifest) => object;
  /** The text of its README.md. */
  readonly readme: string;
}

/** ES modules, or CommonJS. */
export type ModuleKind = 'esm' | 'cjs';

/** The `type` in package.json for each kind of module. */
const types = { esm: 'module', cjs: 'commonjs' } as const;

/**
 * Writes the package: modules, declarations, package.json, README.md and the licence.
 * @param directory is emptied first
 * @throws if the sources have a type error
 */
export async function writePackage(directory: string, recipe: PackageRecipe): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  const root = path.join(project, recipe.root);
  const compiled = compile(root, recipe.entries);
  for (const [kind, folder] of Object.entries(recipe.folders) as [ModuleKind, string][]) {
    for (const [file, text] of compiled.declarations) {
      await write(path.join(directory, folder, file), withExtensions(root, file, text));
    }
    for (const [file, text] of compiled.sources) {
      const code = withExtensions(root, file, await moduleOf(kind, text));
      await write(path.join(directory, folder, file), code);
    }
    if (folder !== '.') {
      const nested = { type: types[kind], sideEffects: false };
      await write(path.join(directory, folder, 'package.json'), json(nested));
    }
  }
  const manifest = JSON.parse(
    await readFile(path.join(project, 'package.json'), 'utf8'),
  ) as ProjectManifest;
  await write(path.join(directory, 'package.json'), json(recipe.manifest(manifest)));
  await write(path.join(directory, 'README.md'), recipe.readme);
  await cp(path.join(project, 'LICENSE'), path.join(directory, 'LICENSE'));
}

async function moduleOf(kind: ModuleKind, source: string): Promise<string> {
  const { code } = await transform(source, {
    loader: 'ts',
    format: kind,
    target: 'es2022',
    // With this option, esbuild lists the exported names, which ES modules need to import them from CommonJS.
    ...(kind === 'cjs' ? { platform: 'node' } : {}),
  });
  return code;
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
