// Generates the tables of docs/settings.md: all settings, and the environment variables of the functions.
import {
  describeDefault,
  deploymentSettingNames,
  deploymentSettings,
} from '#infra/config/deployment-settings';
import type { SettingDefinition } from '#infra/config/setting-definition';
import { variableOf } from '#lambdas/contract/setting';

/** The tables of docs/settings.md, by the names of their placeholders. */
export function settingTables(): Readonly<Record<string, string>> {
  const settings = deploymentSettingNames.map((name): [string, SettingDefinition] => [
    name,
    deploymentSettings[name],
  ]);
  const rows = settings.map(([name, { documentation }]) => [
    code(name),
    describeDefault(name) === 'none' ? 'none' : code(describeDefault(name)),
    documentation,
  ]);
  const variables = settings.flatMap(([name, { readBy }]) =>
    readBy === undefined ? [] : [[code(variableOf(name)), code(name), readers(readBy)]],
  );
  return {
    settings: table(['setting', 'default', 'description'], rows),
    variables: table(['variable', 'setting', 'read by'], variables),
  };
}

function readers(readBy: NonNullable<SettingDefinition['readBy']>): string {
  return typeof readBy === 'string' ? readBy : readBy.map(code).join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A Markdown table, formatted as Prettier formats it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
