// Compiles the sources of a package with TypeScript: finds the files that belong to it, and makes their declarations.
import path from 'node:path';
import ts from 'typescript';
import { nameWithin } from './packing';

const project = path.resolve(__dirname, '../..');

export interface Compiled {
  /** The sources that the entries need, by the names of their modules, e.g. `client/index.js`. */
  readonly sources: ReadonlyMap<string, string>;
  /** e.g. `client/index.d.ts`. */
  readonly declarations: ReadonlyMap<string, string>;
}

/**
 * Checks the sources behind `entries`, and gives them with their declarations.
 * @param root absolute; files outside it are no part of the package
 * @param entries within `root`
 * @throws if there is a type error
 */
export function compile(root: string, entries: readonly string[]): Compiled {
  const options = compilerOptions(root);
  const program = ts.createProgram(
    entries.map((entry) => path.join(root, entry)),
    options,
  );
  const faults = ts.getPreEmitDiagnostics(program);
  if (faults.length > 0) {
    throw new Error(ts.formatDiagnostics(faults, ts.createCompilerHost(options)));
  }
  const sources = new Map<string, string>();
  for (const { fileName, text, isDeclarationFile } of program.getSourceFiles()) {
    const file = nameWithin(root, fileName);
    if (isDeclarationFile || file === undefined) continue;
    sources.set(file.replace(/\.ts$/, '.js'), text);
  }
  const declarations = new Map<string, string>();
  program.emit(undefined, (fileName, text) => {
    const file = nameWithin(root, fileName);
    if (file !== undefined) declarations.set(file, text);
  });
  return { sources, declarations };
}

/** The compiler options of the project, with declarations. */
function compilerOptions(root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(
    path.join(project, 'tsconfig.json'),
    ts.sys.readFile.bind(ts.sys),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, project);
  // The compiler's cache is not part of a package.
  delete options.tsBuildInfoFile;
  return {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    incremental: false,
    rootDir: root,
    outDir: root,
  };
}

/** Node.js needs the file name in full where the source says `./name` or names a folder. */
export function withExtensions(root: string, importer: string, code: string): string {
  return code.replace(
    /((?:from|require\(|import\(|import)\s*)(["'])(\.[^"']*)\2/g,
    (_all, before: string, quote: string, specifier: string) => {
      const target = path.join(root, path.dirname(importer), specifier);
      const name = ts.sys.fileExists(`${target}.ts`) ? specifier : `${specifier}/index`;
      return `${before}${quote}${name}.js${quote}`;
    },
  );
}
