// The reference of what sdk/ exports, as Markdown: one page for each entry of the package, by path in the project.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type * as TypeDoc from 'typedoc';
import type { Application, ProjectReflection } from 'typedoc';
import ts from 'typescript';
import { nameShapes } from './named-shapes';

const project = path.resolve(__dirname, '../..');

/** The entries of the package, as `import … from 'mission-control-realtime/<entry>'` names them. */
const entries = {
  client: 'sdk/client/index.ts',
  react: 'sdk/client/react/index.ts',
  publisher: 'sdk/publisher/index.ts',
  protocol: 'sdk/protocol/index.ts',
};

const options = {
  name: 'API reference',
  readme: 'none',
  router: 'module',
  // Lines change with every edit, and no address of a repository is known here.
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
 * The texts of docs/api, by path in the project. Takes some seconds, in which the compiler looks at all of sdk/.
 * @throws what the compiler or TypeDoc cannot read
 */
export async function apiReference(): Promise<ReadonlyMap<string, string>> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-api-'));
  try {
    // An ES module, which this one is not.
    const typedoc = await import('typedoc');
    const plugin = ['typedoc-plugin-markdown'];
    const outputs = [{ name: 'markdown', path: directory }];
    // That one is for knip.
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
