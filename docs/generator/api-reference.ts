// Generates the API reference of sdk/ with TypeDoc: one Markdown page for each entry of the package.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type * as TypeDoc from 'typedoc';
import type { Application, ProjectReflection } from 'typedoc';
import ts from 'typescript';
import { nameShapes } from './named-shapes';

const project = path.resolve(__dirname, '../..');

/** The source files of the package's entries, by the names in `import … from 'mission-control-realtime/<entry>'`. */
const entries = {
  client: 'sdk/client/index.ts',
  react: 'sdk/client/react/index.ts',
  testing: 'sdk/client/testing/index.ts',
  publisher: 'sdk/publisher/index.ts',
  protocol: 'sdk/protocol/index.ts',
};

const options = {
  name: 'API reference',
  readme: 'none',
  router: 'module',
  // Line numbers change with every edit, and the URL of the repository is not known.
  disableSources: true,
  excludeExternals: true,
  githubPages: false,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  disableGit: true,
  skipErrorChecking: true,
  validation: false,
  logLevel: 'Error',
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
} as const;

/**
 * Generates the pages of docs/api. Takes some seconds, because it compiles all of sdk/.
 * @returns the texts of the pages, by path in the project
 * @throws Error if the compiler or TypeDoc fails
 */
export async function apiReference(): Promise<ReadonlyMap<string, string>> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-api-'));
  try {
    // TypeDoc is an ES module, which a CommonJS module can only import dynamically.
    const typedoc = await import('typedoc');
    const plugin = ['typedoc-plugin-markdown'];
    const outputs = [{ name: 'markdown', path: directory }];
    // The tag `@alias` is for knip.
    const excludeTags = [...typedoc.OptionDefaults.excludeTags, '@alias' as const];
    const app = await typedoc.Application.bootstrapWithPlugins(
      { ...options, plugin, outputs, excludeTags },
      [],
    );
    await app.generateOutputs(convert(app, typedoc));
    const pages = new Map<string, string>();
    for (const file of (await readdir(directory)).sort()) {
      const text = await readFile(path.join(directory, file), 'utf8');
      pages.set(`docs/api/${file}`, withNote(text));
    }
    return pages;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function convert(app: Application, typedoc: typeof TypeDoc): ProjectReflection {
  const { config } = ts.readConfigFile(path.join(project, 'tsconfig.json'), (file) =>
    ts.sys.readFile(file),
  ) as { config: unknown };
  const compilerOptions = ts.parseJsonConfigFileContent(config, ts.sys, project).options;
  const files = Object.values(entries).map((file) => path.join(project, file));
  const program = ts.createProgram(files, { ...compilerOptions, incremental: false });
  const useNames = nameShapes(app, typedoc);
  const reference = app.converter.convert(
    Object.entries(entries).map(([displayName, file]) => {
      const sourceFile = program.getSourceFile(path.join(project, file));
      if (sourceFile === undefined) throw new Error(`There is no ${file}.`);
      return { displayName, program, sourceFile };
    }),
  );
  useNames(reference);
  return reference;
}

const withNote = (text: string) =>
  `<!-- Made by \`npm run build:docs\` of the comments in sdk/. -->\n\n${text.trimEnd()}\n`;
