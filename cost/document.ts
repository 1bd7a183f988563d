// Replaces the tables of a document. Each is between two comments with its name.

/**
 * The text with the tables in their places.
 * @throws if a table has no place in the document, or a place has no table
 */
export function fillIn(text: string, tables: Readonly<Record<string, string>>): string {
  const placed = new Set<string>();
  const filled = text.replace(
    /<!-- npm run build:docs: (\S+) -->\n[^]*?<!-- end -->/g,
    (_, name: string) => {
      const table = tables[name];
      if (table === undefined) throw new Error(`There is no table called ${name}.`);
      placed.add(name);
      return `<!-- npm run build:docs: ${name} -->\n\n${table}\n\n<!-- end -->`;
    },
  );
  const lost = Object.keys(tables).filter((name) => !placed.has(name));
  if (lost.length > 0) throw new Error(`There is no place for ${lost.join(', ')}.`);
  return filled;
}
