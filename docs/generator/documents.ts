// Generates docs/schemas and docs/asyncapi.yaml.
import { stringify } from 'yaml';
import { version } from '../../package.json';
import { asyncApi } from './asyncapi';
import { schemaFiles } from './schemas';

/** The texts of docs/schemas and docs/asyncapi.yaml, by path in the project. */
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
  // Without anchors for repeated objects: they are hard to read, and some tools do not support them.
  const text = stringify(asyncApi(version), { aliasDuplicateObjects: false, lineWidth: 120 });
  return `# Made by \`npm run build:docs\` of docs/generator and sdk/protocol.\n${text}`;
}
