// Requests over TLS, in a process of their own: Node.js reads further certificate authorities only when it starts.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { bundling } from '#infra/build/bundle';

const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'mission-control-tls-'));
const program = path.join(folder, 'program.mjs');
const fixtures = path.resolve(__dirname, '../../../../fixtures/tls');

beforeAll(() => {
  buildSync({
    ...bundling,
    stdin: {
      contents: `
        import { readFileSync } from 'node:fs';
        import { createServer } from 'node:https';
        import { openExchange } from './lambdas/adapters/http/exchange';
        const [host, fixtures] = process.argv.slice(2);
        const read = (name) => readFileSync(fixtures + '/' + name);
        const seen = [];
        const server = createServer({ key: read('key.pem'), cert: read('certificate.pem') }, (request, response) => {
          const { socket } = request;
          seen.push([socket.servername, socket.alpnProtocol, socket.isSessionReused()]);
          request.resume().on('end', () => response.writeHead(200, { connection: 'close' }).end('{}'));
        });
        server.listen(0, '127.0.0.1', async () => {
          const exchange = openExchange('https://' + host + ':' + server.address().port, { sockets: 1, timeoutMilliseconds: 5000 });
          const outcomes = [];
          for (const body of ['a', 'b']) {
            outcomes.push(await exchange({ path: '/', headers: '', body }).then(({ text }) => text, ({ code }) => code));
          }
          console.log(JSON.stringify({ outcomes, seen }));
          server.close();
        });`,
      resolveDir: bundling.absWorkingDir,
    },
    ...{ outfile: program, sourcemap: false, alias: {} },
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Sends two requests to a server with the certificate of localhost. */
async function requests(host: string, environment: Record<string, string>): Promise<unknown> {
  const options = { env: environment, timeout: 30_000 };
  const { stdout } = await run(process.execPath, [program, host, fixtures], options);
  return JSON.parse(stdout);
}

const trusted = { NODE_EXTRA_CA_CERTS: path.join(fixtures, 'certificate.pem') };

it('names the server, speaks HTTP/1.1, and resumes the session with the next socket', async () => {
  await expect(requests('localhost', trusted)).resolves.toEqual({
    outcomes: ['{}', '{}'],
    seen: [
      ['localhost', 'http/1.1', false],
      ['localhost', 'http/1.1', true],
    ],
  });
});

it('sends nothing to a server whose certificate is of another host', async () => {
  const code = 'ERR_TLS_CERT_ALTNAME_INVALID';
  await expect(requests('127.0.0.1', trusted)).resolves.toEqual({
    outcomes: [code, code],
    seen: [],
  });
});

it('sends nothing to a server whose certificate is of an unknown authority', async () => {
  const code = 'DEPTH_ZERO_SELF_SIGNED_CERT';
  await expect(requests('localhost', {})).resolves.toEqual({ outcomes: [code, code], seen: [] });
});
