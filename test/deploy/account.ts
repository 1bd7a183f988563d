// An emulated AWS account for one test file: MiniStack on a free local port, which checks every permission.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually';
import { pythonPrograms } from '../support/python-environment';

const run = promisify(execFile);
const project = path.resolve(__dirname, '../..');

const accountId = '000000000000';
const region = 'us-east-1';

export interface Account {
  readonly endpointUrl: string;
  /** A folder for files of the tests, removed with the account. */
  readonly folder: string;
  /** The configuration of AWS clients, with the administrator's credentials. */
  readonly clientConfiguration: {
    readonly region: string;
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /**
   * Runs a program in the project's folder with the administrator's credentials. Returns its output; rejects with the
   * output if the program fails.
   */
  readonly run: (program: string, ...args: readonly string[]) => Promise<string>;
  /** Runs a Python script of this folder in the same way. */
  readonly python: (script: string, ...args: readonly string[]) => Promise<string>;
  /** The resources of the account: versions by kind and name. */
  readonly inventory: () => Promise<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Opens an empty account. */
export async function openAccount(): Promise<Account> {
  for (;;) {
    try {
      return await openAccountAt(await freePort());
    } catch (error) {
      // MiniStack begins to listen seconds later; another process may use the port by then.
      if (!String(error).includes('is already in use')) throw error;
    }
  }
}

async function openAccountAt(port: number): Promise<Account> {
  const programs = await pythonPrograms('deploy');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mission-control-deploy-'));
  const endpointUrl = `http://127.0.0.1:${String(port)}`;
  const credentials = { accessKeyId: accountId, secretAccessKey: 'administrator' };
  const keys = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  // No settings of the developer's own account or home folder; only PATH is inherited.
  const machine = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder };
  const quiet = {
    PYTHONDONTWRITEBYTECODE: '1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const environment = {
    ...machine,
    ...quiet,
    ...keys,
    CI: 'true',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpointUrl,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
  };
  let log = '';
  const server = spawn(
    path.join(programs, 'python'),
    [path.join(__dirname, 'serve_ministack.py')],
    {
      cwd: folder,
      // Its own process group: the functions are child processes, and are killed with it.
      detached: true,
      env: {
        ...machine,
        ...quiet,
        ...keys,
        GATEWAY_PORT: String(port),
        BIND_HOST: '127.0.0.1',
        STATE_DIR: path.join(folder, 'state'),
        S3_DATA_DIR: path.join(folder, 's3'),
        // Check signatures and policies, as AWS does.
        AUTH: 'true',
        // These services are not used, and would listen on further ports.
        IOT_MTLS_ENABLED: '0',
        SFTP_ENABLED: '0',
      },
    },
  );
  const ended = new Promise<void>((resolve) => server.once('close', resolve));
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (data: Buffer) => (log += data.toString()));
  }
  const kill = () => {
    if (server.pid === undefined || server.exitCode !== null) return;
    process.kill(-server.pid, 'SIGKILL');
  };
  process.once('exit', kill);
  const close = async () => {
    process.removeListener('exit', kill);
    kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await eventually(async () => {
      if (server.exitCode !== null) return;
      const { ok } = await fetch(`${endpointUrl}/_ministack/health`);
      expect(ok).toBe(true);
    }, 60_000);
    if (server.exitCode !== null) {
      await ended;
      throw new Error(`MiniStack ended:\n${log}`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const runIn = async (program: string, ...args: readonly string[]) => {
    const options = { cwd: project, env: environment, maxBuffer: 2 ** 26 };
    try {
      const { stdout, stderr } = await run(program, args, options);
      return stdout + stderr;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      const said = `${stdout}${stderr}\nMiniStack:\n${log.slice(-4_000)}`;
      throw new Error(`${program} ${args.join(' ')} failed:\n${said}`, { cause: error });
    }
  };
  const python = (script: string, ...args: readonly string[]) =>
    runIn(path.join(programs, 'python'), path.join(__dirname, script), ...args);
  return {
    ...{ endpointUrl, folder, run: runIn, python, close },
    clientConfiguration: { region, endpoint: endpointUrl, credentials },
    inventory: async () => JSON.parse(await python('inventory.py')) as Record<string, string>,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
