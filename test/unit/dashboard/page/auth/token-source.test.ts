// The sources of tokens: an endpoint, a sign-in with PKCE, or a token that the user pastes.
import { createHash } from 'node:crypto';
import type { TokenConfiguration } from '#dashboard/page/model/configuration';
import { createTokenSource } from '#dashboard/page/auth/token-source';

const page = 'https://live.example.com/board/';
const jwt = 'head.claims.signature';

interface Asked {
  readonly url: string;
  readonly body: Record<string, string>;
}

/** A page whose requests the test answers. */
function createDependencies(pageUrl = page, stored: Record<string, string> = {}) {
  const storage = new Map(Object.entries(stored));
  const asked: Asked[] = [];
  const went: string[] = [];
  const shown: string[] = [];
  const answers: (Response | Error)[] = [];
  const time = { now: Date.UTC(2026, 1, 5) };
  const dependencies = {
    fetch: (url: string | URL | Request, init?: RequestInit) => {
      const body = init?.body instanceof URLSearchParams ? init.body : new URLSearchParams();
      asked.push({ url: url as string, body: Object.fromEntries(body) });
      const answer = answers.shift() ?? new Response('', { status: 500 });
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    pageUrl,
    showUrl: (url: string) => shown.push(url),
    goTo: (url: string) => went.push(url),
    storage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => storage.set(key, value),
      removeItem: (key: string) => storage.delete(key),
    },
    now: () => time.now,
  };
  const open = (configuration: TokenConfiguration) =>
    createTokenSource(configuration, dependencies);
  return { open, asked, went, shown, answers, storage, time };
}

describe('an endpoint', () => {
  const endpoint = { kind: 'endpoint', url: 'https://live.example.com/token' } as const;

  it.each([
    ['text', `${jwt}\n`],
    ['JSON', JSON.stringify({ token: jwt })],
  ])('returns a token as %s', async (_name, body) => {
    const { open, answers, asked } = createDependencies();
    answers.push(new Response(body));
    const source = open(endpoint);
    await expect(source.getToken()).resolves.toBe(jwt);
    expect(asked.map(({ url }) => url)).toEqual([endpoint.url]);
    expect([source.remedy.kind, source.problem()]).toEqual(['none', undefined]);
  });

  it.each([
    ['a status', () => new Response('no', { status: 401 }), `${endpoint.url} answers 401.`],
    ['no answer', () => new TypeError('Failed to fetch'), `No answer from ${endpoint.url}.`],
    ['a page', () => new Response('<html>'), 'must answer with a JWT'],
    ['other JSON', () => new Response('{"access":"x"}'), 'must answer with a JWT'],
  ])('causes a problem with %s, and is requested again', async (_name, answer, problem) => {
    const { open, answers } = createDependencies();
    answers.push(answer(), new Response(jwt));
    const source = open(endpoint);
    await expect(source.getToken()).rejects.toThrow(problem);
    expect(source.problem()).toContain(problem);
    await expect(source.getToken()).resolves.toBe(jwt);
    expect(source.problem()).toBeUndefined();
  });
});

it('accepts a pasted token, also with the prefix Bearer', async () => {
  const source = createDependencies().open({ kind: 'paste' });
  await expect(source.getToken()).rejects.toThrow('Paste a token to connect.');
  if (source.remedy.kind !== 'paste') throw new Error('There is no way to paste.');
  source.remedy.accept(` Bearer ${jwt} `);
  await expect(source.getToken()).resolves.toBe(jwt);
});

describe('a sign-in', () => {
  const oauth = {
    kind: 'oauth',
    authorizationUrl: 'https://auth.example.com/oauth2/authorize?lang=en',
    tokenUrl: 'https://auth.example.com/oauth2/token',
    clientId: 'dashboard',
    scope: 'openid',
    use: 'access_token',
  } as const;
  const tokens = (all: object) =>
    new Response(JSON.stringify({ token_type: 'Bearer', expires_in: 3600, ...all }));

  /** Redirects to the provider, and returns with the parameters that it adds to the URL. */
  async function returnFromProvider(answer: (state: string) => Record<string, string>) {
    const before = createDependencies(`${page}?view=1`);
    await expect(before.open(oauth).getToken()).rejects.toThrow('You are not signed in.');
    const [address] = before.went.map((url) => new URL(url));
    const given = Object.fromEntries(address?.searchParams ?? []);
    const back = new URL(given['redirect_uri'] ?? '');
    const answered = Object.entries(answer(given['state'] ?? ''));
    for (const [name, value] of answered) back.searchParams.set(name, value);
    const after = createDependencies(back.href, Object.fromEntries(before.storage));
    return { ...after, address, given };
  }

  it('redirects to the provider with a challenge, and sends the verifier in the token request', async () => {
    const { open, answers, asked, shown, storage, address, given } = await returnFromProvider(
      (state) => ({
        code: 'the-code',
        state,
      }),
    );
    expect(address?.origin).toBe('https://auth.example.com');
    expect(given).toEqual({
      lang: 'en',
      response_type: 'code',
      client_id: 'dashboard',
      redirect_uri: page,
      scope: 'openid',
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: 'S256',
    });
    answers.push(tokens({ access_token: jwt }));
    await expect(open(oauth).getToken()).resolves.toBe(jwt);
    const [request] = asked;
    expect(request).toEqual({
      url: oauth.tokenUrl,
      body: {
        grant_type: 'authorization_code',
        client_id: 'dashboard',
        code: 'the-code',
        redirect_uri: page,
        code_verifier: expect.any(String) as string,
      },
    });
    const hash = createHash('sha256').update(request?.body['code_verifier'] ?? '');
    expect(hash.digest('base64url')).toBe(given['code_challenge']);
    // Neither the code nor the verifier is kept.
    expect([shown, storage.size]).toEqual([[page], 0]);
  });

  it.each([
    ['another state', () => ({ code: 'x', state: 'other' }), 'not started by this page'],
    ['no code', (state: string) => ({ state }), 'not started by this page'],
    ['an empty code', (state: string) => ({ code: '', state }), 'not started by this page'],
    [
      'a refusal of another state',
      () => ({ error: 'x', state: 'other' }),
      'not started by this page',
    ],
    [
      'a refusal',
      (state: string) => ({ error: 'access_denied', error_description: 'No user', state }),
      'Signing in failed: No user.',
    ],
  ])(
    'requests no token with %s, and redirects again only when the user signs in',
    async (_name, answer, problem) => {
      const { open, asked, went } = await returnFromProvider(answer);
      const source = open(oauth);
      await expect(source.getToken()).rejects.toThrow(problem);
      await expect(source.getToken()).rejects.toThrow(problem);
      expect([asked, went]).toEqual([[], []]);
      if (source.remedy.kind !== 'sign-in') throw new Error('There is no way to sign in.');
      await source.remedy.signIn();
      expect(went).toHaveLength(1);
    },
  );

  it('uses a token until its last minute, then refreshes it once for simultaneous calls', async () => {
    const { open, answers, asked, time } = await returnFromProvider((state) => ({
      code: 'c',
      state,
    }));
    answers.push(tokens({ access_token: 'a.b.1', refresh_token: 'refresh-1' }));
    const source = open(oauth);
    await expect(source.getToken()).resolves.toBe('a.b.1');
    time.now += 3_540_000;
    await expect(source.getToken()).resolves.toBe('a.b.1');
    expect(asked).toHaveLength(1);
    time.now += 1;
    answers.push(tokens({ access_token: 'a.b.2' }));
    const both = Promise.all([source.getToken(), source.getToken()]);
    await expect(both).resolves.toEqual(['a.b.2', 'a.b.2']);
    const refresh = { grant_type: 'refresh_token', refresh_token: 'refresh-1' };
    expect(asked.slice(1)).toEqual([
      { url: oauth.tokenUrl, body: { client_id: 'dashboard', ...refresh } },
    ]);
  });

  it('tries a failed refresh again', async () => {
    const { open, answers, time } = await returnFromProvider((state) => ({ code: 'c', state }));
    answers.push(tokens({ access_token: 'a.b.1', refresh_token: 'r', expires_in: 60 }));
    const source = open(oauth);
    await source.getToken();
    time.now += 1;
    answers.push(new TypeError('Failed to fetch'), tokens({ access_token: 'a.b.2' }));
    await expect(source.getToken()).rejects.toThrow(`No answer from ${oauth.tokenUrl}.`);
    await expect(source.getToken()).resolves.toBe('a.b.2');
  });

  it('uses a refresh token until the provider returns another one', async () => {
    const { open, answers, asked, time } = await returnFromProvider((state) => ({
      code: 'c',
      state,
    }));
    const given = ['refresh-1', 'refresh-2', undefined, 'refresh-3'];
    const source = open(oauth);
    for (const fresh of given) {
      answers.push(tokens({ access_token: jwt, refresh_token: fresh }));
      await source.getToken();
      time.now += 3_600_000;
    }
    const used = asked.map(({ body }) => body['refresh_token']);
    expect(used).toEqual([undefined, 'refresh-1', 'refresh-2', 'refresh-2']);
  });

  it('uses the id token if configured', async () => {
    const { open, answers } = await returnFromProvider((state) => ({ code: 'c', state }));
    answers.push(tokens({ access_token: 'no', id_token: jwt }));
    await expect(open({ ...oauth, use: 'id_token' }).getToken()).resolves.toBe(jwt);
  });

  it('does not verify the id token, which the service does', async () => {
    const { open, answers } = await returnFromProvider((state) => ({ code: 'c', state }));
    answers.push(tokens({ access_token: jwt, id_token: 'of.another.issuer' }));
    await expect(open(oauth).getToken()).resolves.toBe(jwt);
  });

  it('accepts a response with the parameter iss', async () => {
    const iss = 'https://auth.example.com/realm';
    const { open, answers } = await returnFromProvider((state) => ({ code: 'c', state, iss }));
    answers.push(tokens({ access_token: jwt }));
    await expect(open(oauth).getToken()).resolves.toBe(jwt);
  });

  it.each<[string, () => Response, string]>([
    ['refuses', () => Response.json({ error: 'invalid_grant' }, { status: 400 }), 'invalid_grant'],
    ['fails', () => new Response('<html>', { status: 502 }), 'status 502'],
    ['returns another token', () => tokens({ id_token: jwt }), 'status 200'],
    [
      'returns a token of another type',
      () => tokens({ access_token: jwt, token_type: 'mac' }),
      'status 200',
    ],
    [
      'returns a token with an error status',
      () => Response.json({ access_token: jwt, token_type: 'Bearer' }, { status: 400 }),
      'status 400',
    ],
  ])('rejects with the reason if the provider %s', async (_name, answer, why) => {
    const { open, answers } = await returnFromProvider((state) => ({ code: 'c', state }));
    answers.push(answer());
    const source = open(oauth);
    const problem = `The sign-in gave no token (${why}): sign in again.`;
    await expect(source.getToken()).rejects.toThrow(problem);
    expect(source.problem()).toBe(problem);
  });

  describe('over plain HTTP', () => {
    /** Requests a token from a URL, as the given page. */
    function ask(tokenUrl: string, pageUrl: string) {
      const dependencies = createDependencies(`${pageUrl}?code=c&state=s`, {
        'mission-control-sign-in': JSON.stringify({ verifier: 'v', state: 's' }),
      });
      dependencies.answers.push(tokens({ access_token: jwt }));
      const token = dependencies.open({ ...oauth, tokenUrl }).getToken();
      return { token, asked: dependencies.asked };
    }

    it.each([
      ['http://127.0.0.1:9000/token', page],
      ['http://localhost:9000/token', page],
      ['http://[::1]:9000/token', page],
      ['http://issuer.test/token', 'http://localhost:3000/'],
    ])('requests a token from %s on the page %s', async (tokenUrl, pageUrl) => {
      const { token, asked } = ask(tokenUrl, pageUrl);
      await expect(token).resolves.toBe(jwt);
      expect(asked.map(({ url }) => url)).toEqual([tokenUrl]);
    });

    it.each(['http://auth.example.com/token', 'http://127.0.0.1.example.com/token'])(
      'does not send the code to %s from a page that was loaded over TLS',
      async (tokenUrl) => {
        const { token, asked } = ask(tokenUrl, page);
        await expect(token).rejects.toThrow(`No answer from ${tokenUrl}.`);
        expect(asked).toEqual([]);
      },
    );
  });
});
