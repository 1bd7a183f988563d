// The routing of the front door: runs the code of the template with events of CloudFront.
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

/** Runs the code for a request, and returns the changed request and its origin. */
function route(
  request: Partial<EdgeRequest> & Pick<EdgeRequest, 'uri'>,
  { stage = 'live', acceptsReports = false } = {},
) {
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
  const code = `${frontDoorCode({ stage, acceptsReports }).replace(importLine, '')}\nhandler(event);`;
  const answer = runInNewContext(code, { cf, event: structuredClone(event) }) as EdgeRequest;
  // Copied, because objects of another realm are not equal to those of this one.
  return { origin, request: JSON.parse(JSON.stringify(answer)) as EdgeRequest };
}

/** CloudFront passes header names in lower case, without Upgrade and Connection. */
const handshake = {
  host: { value: 'your-domain.com' },
  'sec-websocket-key': { value: 'dGhlIHNhbXBsZSBub25jZQ==' },
  'sec-websocket-version': { value: '13' },
};
const token = { value: 'header.payload.signature' };

describe('a handshake', () => {
  it.each(['/', '/live', '/index.html', '/health', '/anything/else'])(
    'at %s is routed to the stage of the WebSocket API',
    (uri) => {
      const { origin, request } = route({ uri, headers: handshake });
      expect({ origin, uri: request.uri }).toEqual({ origin: 'websocket', uri: '/live' });
    },
  );

  it('is routed to the stage of this deployment', () => {
    expect(route({ uri: '/', headers: handshake }, { stage: 'test-2' }).request.uri).toBe(
      '/test-2',
    );
  });

  it('keeps its token, query, headers and cookies', () => {
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

describe('a request that is not a handshake', () => {
  it.each([
    ['/health', 'health', '/health'],
    ['/whoami', 'health', '/whoami'],
    ['/', 'dashboard', '/index.html'],
    ['/index.html', 'dashboard', '/index.html'],
    ['/config.json', 'dashboard', '/config.json'],
    ['/favicon.ico', 'dashboard', '/favicon.ico'],
    // CloudFront has another behavior for assets, so that the function does not run. The result would be correct.
    ['/assets/main-3VQ5XJ2M.js', 'dashboard', '/assets/main-3VQ5XJ2M.js'],
    // The stage and paths that resemble /health are files that do not exist.
    ['/live', 'dashboard', '/live'],
    ['/health/', 'dashboard', '/health/'],
    ['/healthy', 'dashboard', '/healthy'],
    ['/Health', 'dashboard', '/Health'],
    ['/whoami/', 'dashboard', '/whoami/'],
    ['//', 'dashboard', '//'],
  ])('for %s is routed to %s, as %s', (uri, origin, as) => {
    for (const method of ['GET', 'HEAD']) {
      const routed = route({ uri, method });
      expect({ origin: routed.origin, uri: routed.request.uri }).toEqual({ origin, uri: as });
      expect(routed.request.method).toBe(method);
    }
  });

  it.each(['/health', '/', '/assets/main.js'])(
    'for %s loses its token, cookies and query',
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

  it('for /whoami keeps the token only in the header', () => {
    const headers = { authorization: { value: 'Bearer header.payload.signature' } };
    const { request } = route({
      uri: '/whoami',
      querystring: { token },
      headers,
      cookies: { session: { value: 'one' } },
    });
    expect(request).toMatchObject({ querystring: {}, headers, cookies: {} });
  });

  it('is recognized by the missing key of a handshake, also with a version and a protocol', () => {
    const headers = {
      'sec-websocket-version': { value: '13' },
      'sec-websocket-protocol': { value: 'mission-control' },
    };
    expect(route({ uri: '/', headers }).origin).toBe('dashboard');
  });
});

describe('POST /events', () => {
  const headers = { authorization: { value: 'Bearer header.payload.signature' } };
  const other = { querystring: { token }, cookies: { session: { value: 'one' } } };
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT'];

  it.each([{}, { 'sec-websocket-key': { value: 'dGhlIHNhbXBsZSBub25jZQ==' } }])(
    'is routed to the HTTP API with its token only, if there is such a route, with the other headers %j',
    (others) => {
      const { origin, request } = route(
        { uri: '/events', method: 'POST', headers: { ...headers, ...others }, ...other },
        { acceptsReports: true },
      );
      expect(origin).toBe('health');
      expect(request).toEqual({
        ...{ method: 'POST', uri: '/events', querystring: {}, cookies: {} },
        headers: { ...headers, ...others },
      });
    },
  );

  it.each([
    ...methods.map((method) => ({ method, uri: '/', acceptsReports: true })),
    ...methods.map((method) => ({ method, uri: '/health', acceptsReports: true })),
    ...methods.slice(1).map((method) => ({ method, uri: '/events', acceptsReports: true })),
    { method: 'POST', uri: '/events/', acceptsReports: true },
    { method: 'POST', uri: '/Events', acceptsReports: true },
    { method: 'POST', uri: '/events', acceptsReports: false },
    { method: 'POST', uri: '/live', acceptsReports: true },
  ])('is the only request with a body: refuses $method $uri', ({ method, uri, acceptsReports }) => {
    for (const given of [headers, { ...headers, ...handshake }]) {
      const { request } = route({ uri, method, headers: given }, { acceptsReports });
      expect(request).toEqual({ statusCode: 403, statusDescription: 'Forbidden' });
    }
  });

  it('changes nothing for GET: /events is a file that does not exist, and loses its token', () => {
    const { origin, request } = route({ uri: '/events', headers }, { acceptsReports: true });
    expect({ origin, headers: request.headers }).toEqual({ origin: 'dashboard', headers: {} });
  });
});

describe('the code', () => {
  it('imports the module of CloudFront in its first line, has no placeholder, and is below 10 KB', () => {
    const code = frontDoorCode({ stage: 'live', acceptsReports: true });
    expect(code).toMatch(importLine);
    expect(code.match(/\bimport\b/g)).toHaveLength(1);
    expect(code).not.toMatch(/STAGE_PATH|ACCEPTS_REPORTS|\bexport\b|\/\/|\/\*/);
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
    expect(Buffer.byteLength(code)).toBeLessThan(10 * 1024);
  });
});
