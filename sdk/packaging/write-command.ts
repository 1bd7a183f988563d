// Writes the program of a package as one file, which needs no other package.
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const project = path.resolve(__dirname, '../..');

/**
 * Bundles a program, with all that it imports.
 * @param entry its source, relative to the project
 * @param file the path of the file to write
 */
export async function writeCommand(entry: string, file: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [path.join(project, entry)],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minify: true,
    write: false,
    // Without these, `ws` looks for optional native packages.
    define: {
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    banner: { js: await licenseOf('ws') },
  });
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/usr/bin/env node\n${outputFiles[0]?.text ?? ''}`, { mode: 0o755 });
}

/** The licence of a package as a comment: it must be part of all copies. */
async function licenseOf(name: string): Promise<string> {
  const text = await readFile(path.join(project, 'node_modules', name, 'LICENSE'), 'utf8');
  return `/*!\nContains the package "${name}":\n\n${text}*/`;
}
