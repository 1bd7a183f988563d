// Deploys the app with the CDK command line, as in docs/deployment.md.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account';

const project = path.resolve(__dirname, '../..');
const cdkProgram = path.join(project, 'node_modules/aws-cdk/bin/cdk');

export interface Deployment {
  /** `cdk bootstrap`, once for the account. It also synthesizes the app, which `deploy` then uses. */
  readonly bootstrap: () => Promise<string>;
  /** `cdk synth`, with optional further settings. The other commands use its result. */
  readonly synthesize: (...settings: readonly string[]) => Promise<string>;
  /** `cdk deploy`; returns the output of the command. */
  readonly deploy: () => Promise<string>;
  /** `cdk diff --fail`; rejects if there is a difference. */
  readonly diff: () => Promise<string>;
  readonly destroy: () => Promise<string>;
  /** The outputs of the stack, by name. */
  readonly outputs: () => Promise<Record<string, string>>;
  /** Converts the URL of an API in the stack's outputs to its local address. */
  readonly reachable: (url: string) => string;
}

/** @param settings of every command, e.g. `stage=development` */
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
      // The URLs of an HTTP API do not contain its only stage.
      const stage = isWebSocket ? '' : '/$default';
      const { host } = new URL(account.endpointUrl);
      const api = hostname.split('.')[0] ?? '';
      return `${isWebSocket ? 'ws' : 'http'}://${host}/_aws/execute-api/${api}${stage}${pathname}`;
    },
  };
}
