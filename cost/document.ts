// Replaces the generated tables of a Markdown document, each of which is between two HTML comments.

/**
 * Fills in the tables of a document.
 * @param tables Markdown tables by the names in the document's placeholders
 * @returns the text with the current tables
 * @throws Error if a table has no placeholder in the document, or a placeholder has no table
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
