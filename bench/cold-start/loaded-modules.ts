// The modules of a bundle that a cold start loads.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Finds `from"./name.mjs"` and `import"./name.mjs"` as the bundler writes them, but not `import("./name.mjs")`. */
const imported = /(?:from|import)"\.\/([^"]+)"/g;

/**
 * The size of a module and of all modules that it imports, in kilobytes of 1,000 bytes. Modules that are loaded with `import()`, when
 * they are needed, do not count.
 */
export async function loadedKilobytes(file: string): Promise<number> {
  const sizes = new Map<string, number>();
  const visit = async (name: string): Promise<void> => {
    if (sizes.has(name)) return;
    sizes.set(name, 0);
    const text = await readFile(path.join(path.dirname(file), name), 'utf8');
    sizes.set(name, Buffer.byteLength(text));
    for (const [, other = ''] of text.matchAll(imported)) await visit(other);
  };
  await visit(path.basename(file));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0) / 1_000;
}
