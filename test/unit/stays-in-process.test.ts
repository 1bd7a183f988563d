// Unit tests must run within one process: test/support/jest/setup.ts throws an error for anything else.
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';
import { build, buildSync } from 'esbuild';

const refusal =
  /^A unit test tried to .*: CONTRIBUTING\.md says where a test that needs more belongs\.$/;

it.each<[string, () => unknown]>([
  ['a TCP connection', () => net.connect(443, '127.0.0.1')],
  ['a connection by a path', () => net.connect('/tmp/socket')],
  ['a TLS connection', () => tls.connect(443, '127.0.0.1')],
  ['a request by HTTP', () => http.get('http://127.0.0.1/')],
  ['a request by HTTPS', () => https.get('https://127.0.0.1/')],
  ['a server', () => net.createServer().listen(0, '127.0.0.1')],
  ['an HTTP server', () => http.createServer().listen(0, '127.0.0.1')],
  ['an HTTPS server', () => https.createServer().listen(0, '127.0.0.1')],
  ['a datagram socket', () => dgram.createSocket('udp4').bind(0, '127.0.0.1')],
  ['a worker thread', () => new Worker('', { eval: true })],
  ['a process', () => childProcess.spawn(process.execPath)],
  ['a process of Node.js', () => childProcess.fork('main.js')],
  ['a program', () => childProcess.execFile('git')],
  ['a command', () => childProcess.exec('git')],
  ['a synchronous process', () => childProcess.spawnSync('git')],
  ['a synchronous program', () => childProcess.execFileSync('git')],
  ['a synchronous command', () => childProcess.execSync('git')],
  ['a synchronous bundler', () => buildSync({ entryPoints: ['sdk/client/index.ts'] })],
])('refuses %s', (_what, leave) => {
  expect(leave).toThrow(refusal);
});

it('refuses a bundler', async () => {
  await expect(
    (async () => {
      await build({ entryPoints: ['sdk/client/index.ts'], write: false });
    })(),
  ).rejects.toThrow(refusal);
});

it('refuses a request by `fetch`', async () => {
  const failure = await fetch('http://127.0.0.1/').catch((error: unknown) => error);
  expect((failure as { cause: Error }).cause.message).toMatch(refusal);
});
