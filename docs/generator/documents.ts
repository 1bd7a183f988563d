// Every document that is made by `npm run build:docs`, as text by its path.
import { stringify } from 'yaml';
import { version } from '../../package.json';
import { asyncApi } from './asyncapi';
import { schemaFiles } from './schemas';

/** The texts of all generated documents, by path in the project. */
export function documents(): ReadonlyMap<string, string> {
  return new Map([
    ...[...schemaFiles()].map(
      ([file, schema]) =>
        [`docs/schemas/${file}`, `${JSON.stringify(schema, undefined, 2)}\n`] as const,
    ),
    ['docs/asyncapi.yaml', asyncApiText()],
  ]);
}

function asyncApiText(): string {
  // Anchors for what is the same object twice would be hard to read, and some tools do not know them.
  const text = stringify(asyncApi(version), { aliasDuplicateObjects: false, lineWidth: 120 });
  return `# Made by \`npm run build:docs\` of docs/generator and sdk/protocol.\n${text}`;
}
