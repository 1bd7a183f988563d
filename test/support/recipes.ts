// Reads the recipes in the documents.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Returns the code blocks of each recipe in docs/recipes.md, by its heading. */
export async function readRecipes(): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await readFile(path.resolve(__dirname, '../../docs/recipes.md'), 'utf8');
  return new Map(
    text.split(/^## /m).map((section) => {
      const blocks = section.matchAll(/^```(?:jsx?|svelte)\n(.*?)^```$/gms);
      return [section.split('\n')[0] ?? '', Array.from(blocks, ([, code = '']) => code)];
    }),
  );
}
