// Finds the source files of a package with TypeScript, checks them, and generates their declarations.
import path from 'node:path';
import ts from 'typescript';
import { nameWithin } from './packing';

const project = path.resolve(__dirname, '../..');

/** The files of a package. */
export interface Compiled {
  /** The sources of the entries and of all files that they import, by module name, e.g. `client/index.js`. */
  readonly sources: ReadonlyMap<string, string>;
  /** The declarations, by file name, e.g. `client/index.d.ts`. */
  readonly declarations: ReadonlyMap<string, string>;
}

/**
 * Checks the sources of `entries`, and returns them with their declarations.
 * @param root absolute path; files outside of it do not belong to the package
 * @param entries file names relative to `root`
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

/** Returns the compiler options of the project, changed so that only declarations are emitted. */
function compilerOptions(root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(
    path.join(project, 'tsconfig.json'),
    ts.sys.readFile.bind(ts.sys),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, project);
  // The package must not contain the compiler's build information.
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

/** Completes the relative imports of a module to full file names, e.g. `./name.js` or `./folder/index.js`, which Node.js requires. */
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
