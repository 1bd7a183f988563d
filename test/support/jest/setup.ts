// Runs before each test file. Tests use loopback only: a connection to any other address fails at once. Unit tests stay in
// their process (`staysInProcess`, jest.config.cjs), so that they are fast and do not fail because of a busy port.
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import net from 'node:net';
import workerThreads from 'node:worker_threads';

// The project deliberately supports Node.js 20, too, so the SDK's warning about it is switched off.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i;

interface Rules {
  staysInProcess: boolean;
}

// All test files of a process share the modules of Node.js. They are guarded once: otherwise each file would wrap the guards of
// the previous one, and keep its modules in memory. Only the rules change.
const known = Symbol.for('mission-control: rules of test files');
const shared = net.Socket as unknown as Record<symbol, Rules | undefined>;

const isUnitTest = (globalThis as { staysInProcess?: boolean }).staysInProcess === true;
(shared[known] ??= guardNodeJs()).staysInProcess = isUnitTest;

function guardNodeJs(): Rules {
  const rules: Rules = { staysInProcess: false };

  /** Throws in a unit test. */
  function stayInProcess(what: string): void {
    if (!rules.staysInProcess) return;
    throw new Error(
      `A unit test tried to ${what}. Unit tests stay in their process: CONTRIBUTING.md says where a test that needs more belongs.`,
    );
  }

  /** Wraps a method so that it calls `check` with its arguments first. */
  function guard(owner: object, name: string, check: (args: readonly unknown[]) => void): void {
    const methods = owner as Record<string, (...args: unknown[]) => unknown>;
    const method = methods[name];
    if (method === undefined) throw new Error(`Node.js has no ${name} to guard.`);
    methods[name] = function (this: unknown, ...args: unknown[]) {
      check(args);
      return method.apply(this, args);
    };
  }

  guard(net.Socket.prototype, 'connect', (args) => {
    stayInProcess('open a connection');
    const first: unknown = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
    const host =
      typeof first === 'object' && first !== null && 'host' in first ? first.host : undefined;
    if (typeof host === 'string' && !loopback.test(host)) {
      throw new Error(`A test tried to connect to ${host}: tests use loopback only.`);
    }
  });
  guard(net.Server.prototype, 'listen', () => {
    stayInProcess('listen on a socket');
  });
  guard(dgram.Socket.prototype, 'bind', () => {
    stayInProcess('use a datagram socket');
  });
  guard(childProcess.ChildProcess.prototype, 'spawn', ([options]) => {
    stayInProcess(`start ${(options as { file: string }).file}`);
  });
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
    guard(childProcess, name, ([file]) => {
      stayInProcess(`start ${String(file)}`);
    });
  }
  workerThreads.Worker = new Proxy(workerThreads.Worker, {
    construct(worker, args) {
      stayInProcess('start a worker thread');
      return Reflect.construct(worker, args) as object;
    },
  });
  return rules;
}
