// Runs before each test file. Tests never leave the machine: a connection to any other address fails at once.
import net from 'node:net';

// The project runs on Node.js 20, too, by choice; what the SDK has to say about that is known.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i;

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own socket below
const connect = net.Socket.prototype.connect;

// Node.js is the same for all test files of a process: once, or each would wrap the one before, and keep all that it
// has loaded in memory with it.
const guarded = Symbol.for('mission-control: loopback only');

if (!(guarded in connect)) {
  const guard = function (this: net.Socket, ...args: unknown[]) {
    const first: unknown = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
    const host =
      typeof first === 'object' && first !== null && 'host' in first ? first.host : undefined;
    if (typeof host === 'string' && !loopback.test(host)) {
      throw new Error(`A test tried to connect to ${host}: tests use loopback only.`);
    }
    return (connect as (...all: unknown[]) => net.Socket).apply(this, args);
  };
  net.Socket.prototype.connect = Object.assign(guard, { [guarded]: true });
}
