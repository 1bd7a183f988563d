// The routing of the front door, as CloudFront runs it: the very code of the template, with an event of CloudFront.
import { runInNewContext } from 'node:vm';
import { frontDoorCode, originIds } from '#infra/constructs/front-door/front-door-function';

interface EdgeRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: Readonly<Record<string, { readonly value: string }>>;
  readonly headers: Readonly<Record<string, { readonly value: string }>>;
  readonly cookies: Readonly<Record<string, { readonly value: string }>>;
}

const importLine = /^import cf from 'cloudfront';/;
const behaviorOrigin = originIds.webSocket;

/** Runs the code for a request: what becomes of it, and to which origin it goes. */
function route(request: Partial<EdgeRequest> & Pick<EdgeRequest, 'uri'>, stage = 'live') {
  let origin: string = behaviorOrigin;
  const cf = {
    selectRequestOriginById: (id: string) => {
      origin = id;
    },
  };
  const event = {
    version: '1.0',
    context: { eventType: 'viewer-request' },
    viewer: { ip: '192.0.2.1' },
    request: { method: 'GET', querystring: {}, headers: {}, cookies: {}, ...request },
  };
  const code = `${frontDoorCode(stage).replace(importLine, '')}\nhandler(event);`;
  const answer = runInNewContext(code, { cf, event: structuredClone(event) }) as EdgeRequest;
  // Of another realm, whose objects are equal to none of ours.
  return { origin, request: JSON.parse(JSON.stringify(answer)) as EdgeRequest };
}

/** CloudFront gives names of headers in small letters, whatever the client wrote, and neither Upgrade nor Connection. */
const handshake = {
  host: { value: 'your-domain.com' },
  'sec-websocket-key': { value: 'dGhlIHNhbXBsZSBub25jZQ==' },
  'sec-websocket-version': { value: '13' },
};
const token = { value: 'header.payload.signature' };

describe('a handshake', () => {
  it.each(['/', '/live', '/index.html', '/health', '/anything/else'])(
    'at %s goes to the stage of the WebSocket API',
    (uri) => {
      const { origin, request } = route({ uri, headers: handshake });
      expect({ origin, uri: request.uri }).toEqual({ origin: 'websocket', uri: '/live' });
    },
  );

  it('reaches the stage of this deployment', () => {
    expect(route({ uri: '/', headers: handshake }, 'test-2').request.uri).toBe('/test-2');
  });

  it('keeps its token, wherever it is, and everything else that it brings', () => {
    const given = {
      querystring: { token },
      headers: {
        ...handshake,
        authorization: { value: 'Bearer header.payload.signature' },
        'sec-websocket-protocol': { value: 'mission-control, header.payload.signature' },
      },
      cookies: { session: { value: 'one' } },
    };
    const { request } = route({ uri: '/', ...given });
    expect(request).toEqual({ method: 'GET', uri: '/live', ...given });
  });
});

describe('what is no handshake', () => {
  it.each([
    ['/health', 'health', '/health'],
    ['/whoami', 'health', '/whoami'],
    ['/', 'dashboard', '/index.html'],
    ['/index.html', 'dashboard', '/index.html'],
    ['/config.json', 'dashboard', '/config.json'],
    ['/favicon.ico', 'dashboard', '/favicon.ico'],
    // Never asked here: CloudFront has a behavior for them. It would be right all the same.
    ['/assets/main-3VQ5XJ2M.js', 'dashboard', '/assets/main-3VQ5XJ2M.js'],
    // Neither the stage nor what only resembles /health is anything but a file that there is not.
    ['/live', 'dashboard', '/live'],
    ['/health/', 'dashboard', '/health/'],
    ['/healthy', 'dashboard', '/healthy'],
    ['/Health', 'dashboard', '/Health'],
    ['/whoami/', 'dashboard', '/whoami/'],
    ['//', 'dashboard', '//'],
  ])('%s goes to %s, as %s', (uri, origin, as) => {
    for (const method of ['GET', 'HEAD']) {
      const routed = route({ uri, method });
      expect({ origin: routed.origin, uri: routed.request.uri }).toEqual({ origin, uri: as });
      expect(routed.request.method).toBe(method);
    }
  });

  it.each(['/health', '/', '/assets/main.js'])(
    'leaves token and cookies behind, and the query, on its way to %s',
    (uri) => {
      const { request } = route({
        uri,
        querystring: { token, 'response-content-type': { value: 'text/html' }, x: { value: '' } },
        headers: {
          authorization: { value: 'Bearer header.payload.signature' },
          'if-none-match': { value: '"etag"' },
        },
        cookies: { session: { value: 'one' } },
      });
      expect(request).toMatchObject({ querystring: {}, cookies: {} });
      expect(request.headers).toEqual({ 'if-none-match': { value: '"etag"' } });
    },
  );

  it('on its way to /whoami keeps the token in its header alone', () => {
    const headers = { authorization: { value: 'Bearer header.payload.signature' } };
    const { request } = route({
      uri: '/whoami',
      querystring: { token },
      headers,
      cookies: { session: { value: 'one' } },
    });
    expect(request).toMatchObject({ querystring: {}, headers, cookies: {} });
  });

  it('is told by the key of a handshake alone: a version or a protocol makes none', () => {
    const headers = {
      'sec-websocket-version': { value: '13' },
      'sec-websocket-protocol': { value: 'mission-control' },
    };
    expect(route({ uri: '/', headers }).origin).toBe('dashboard');
  });
});

describe('the code', () => {
  it('imports the module of CloudFront in its first line, has nothing to fill in, and is short', () => {
    const code = frontDoorCode('live');
    expect(code).toMatch(importLine);
    expect(code.match(/\bimport\b/g)).toHaveLength(1);
    expect(code).not.toMatch(/STAGE_PATH|\bexport\b|\/\/|\/\*/);
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
    expect(Buffer.byteLength(code)).toBeLessThan(10 * 1024);
  });
});
