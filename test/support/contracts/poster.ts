// The contract of every Poster, tested against a fake API Gateway whose responses the test sets.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PostResult, Poster } from '#core/connections/ports';
import type { Log } from '#core/log';
import { RecordingLog } from '../core/fakes';
import { holdTimeouts, passTime, releaseTimeouts } from '../timeouts';

/** A fake of @connections that records requests. */
class FakeConnections {
  readonly requests: { method: string; path: string; body: string; headers: object }[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => unknown = (_, response) => {
    response.writeHead(200).end();
  };
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      // The SDK does not encode the @ of the path, our client does; decoded, the paths are equal.
      this.requests.push({ method, path: decodeURIComponent(url), body, headers });
      this.answer(request, response);
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/live`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

export function describePoster(
  name: string,
  timeoutMilliseconds: number,
  create: (callbackUrl: string, log: Log) => Poster & { close(): unknown },
): void {
  describe(`${name}, a poster`, () => {
    let api: FakeConnections;
    let log: RecordingLog;
    let poster: ReturnType<typeof create>;

    beforeEach(async () => {
      holdTimeouts();
      api = new FakeConnections();
      log = new RecordingLog();
      poster = create(await api.start(), log);
    });
    afterEach(async () => {
      await poster.close();
      api.stop();
      releaseTimeouts();
    });

    it('posts the message to the connection, signed with the session token', async () => {
      await expect(poster.post('L0SM9cOFvHcCIhw=', '{"ä":1}')).resolves.toBe('delivered');
      expect(api.requests).toEqual([
        {
          method: 'POST',
          path: '/live/@connections/L0SM9cOFvHcCIhw=',
          body: '{"ä":1}',
          headers: expect.objectContaining({
            authorization: expect.stringMatching(
              /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/execute-api\/aws4_request/,
            ) as unknown,
            'x-amz-security-token': 'session',
          }) as unknown,
        },
      ]);
    });

    it('posts consecutive messages, each with its own text', async () => {
      for (const text of ['{"a":1}', '{"b":2}', '{"a":1}']) await poster.post('a=', text);
      expect(api.requests.map(({ body }) => body)).toEqual(['{"a":1}', '{"b":2}', '{"a":1}']);
    });

    it('posts concurrent messages, each with its own text', async () => {
      const texts = Array.from({ length: 8 }, (_, index) => JSON.stringify({ index }));
      await Promise.all(texts.map((text) => poster.post('a=', text)));
      expect(api.requests.map(({ body }) => body).sort()).toEqual(texts);
    });

    it.each<[number, PostResult]>([
      [200, 'delivered'],
      [410, 'gone'],
      [429, 'throttled'],
      [403, 'rejected'],
      [413, 'rejected'],
      [500, 'retryable'],
      [503, 'retryable'],
    ])('returns for HTTP %i: %s', async (status, expected) => {
      api.answer = (_, response) => response.writeHead(status).end('{"message":"…"}');
      await expect(poster.post('a=', '{}')).resolves.toBe(expected);
    });

    it('returns retryable if the TCP connection is dropped', async () => {
      api.answer = (request) => request.socket.destroy();
      await expect(poster.post('a=', '{}')).resolves.toBe('retryable');
    });

    it('returns retryable if there is no response', async () => {
      api.answer = () => passTime(timeoutMilliseconds);
      await expect(poster.post('a=', '{}')).resolves.toBe('retryable');
    });

    it('returns retryable if the TCP connection is refused', async () => {
      api.stop();
      await expect(poster.post('a=', '{}')).resolves.toBe('retryable');
    });

    it('delivers the next message after a failure', async () => {
      const { answer } = api;
      api.answer = (request) => request.socket.destroy();
      await poster.post('a=', '{}');
      api.answer = answer;
      await expect(poster.post('a=', '{}')).resolves.toBe('delivered');
    });

    it('logs neither messages nor credentials', async () => {
      api.answer = (request) => request.socket.destroy();
      await poster.post('a=', '{"secret":"message"}');
      api.answer = (_, response) => response.writeHead(403).end();
      await poster.post('a=', '{"secret":"message"}');
      expect(log.lines.length).toBeGreaterThan(0);
      expect(JSON.stringify(log.lines)).not.toMatch(/secret|session/);
    });
  });
}
