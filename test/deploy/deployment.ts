// The app, deployed by the command line that people use: `npx cdk …`, as docs/deployment.md says.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account';

const project = path.resolve(__dirname, '../..');
const cdkProgram = path.join(project, 'node_modules/aws-cdk/bin/cdk');

export interface Deployment {
  /** `cdk bootstrap`: once for the account. It synthesizes the app, for `deploy` to go on with. */
  readonly bootstrap: () => Promise<string>;
  /** `cdk synth`, with more settings if there are some: what the other commands use from now on. */
  readonly synthesize: (...settings: readonly string[]) => Promise<string>;
  /** `cdk deploy`: what the command said. */
  readonly deploy: () => Promise<string>;
  /** `cdk diff --fail`: rejects when there is a difference. */
  readonly diff: () => Promise<string>;
  readonly destroy: () => Promise<string>;
  /** What the stack says of itself, by name. */
  readonly outputs: () => Promise<Record<string, string>>;
  /** The address on this machine of an API whose URL the stack says. */
  readonly reachable: (url: string) => string;
}

/** @param settings e.g. `stage=development`: those of every command */
export function createDeployment(account: Account, ...settings: readonly string[]): Deployment {
  const assembly = path.join(account.folder, 'cdk.out');
  const outputsFile = path.join(account.folder, 'outputs.json');
  const cdk = (...args: readonly string[]) => account.run(process.execPath, cdkProgram, ...args);
  const synthesizing = (others: readonly string[] = []) => [
    ...[...settings, ...others].flatMap((setting) => ['-c', setting]),
    ...['--output', assembly],
  ];
  const synthesized = ['--app', assembly];
  return {
    bootstrap: () => cdk('bootstrap', ...synthesizing()),
    synthesize: (...others) => cdk('synth', '--quiet', '--strict', ...synthesizing(others)),
    deploy: () => {
      const quiet = ['--require-approval', 'never', '--progress', 'events'];
      return cdk('deploy', ...quiet, '--outputs-file', outputsFile, ...synthesized);
    },
    diff: () => cdk('diff', '--fail', ...synthesized),
    destroy: () => cdk('destroy', '--force', ...synthesized),
    outputs: async () => {
      const stacks = JSON.parse(await readFile(outputsFile, 'utf8')) as Record<string, unknown>;
      return Object.values(stacks)[0] as Record<string, string>;
    },
    reachable: (url) => {
      const { protocol, hostname, pathname } = new URL(url);
      const isWebSocket = protocol === 'wss:';
      // An HTTP API has one stage, which is not part of its URLs.
      const stage = isWebSocket ? '' : '/$default';
      const { host } = new URL(account.endpointUrl);
      const api = hostname.split('.')[0] ?? '';
      return `${isWebSocket ? 'ws' : 'http'}://${host}/_aws/execute-api/${api}${stage}${pathname}`;
    },
  };
}
