// Asks why the server refuses a token: the response of a handshake has no code, but that of `/whoami` has one.

/**
 * Returns the code, e.g. `token_expired`; undefined if there is no answer with one. docs/logs.md has all codes.
 * @param url the URL of the WebSocket
 */
export async function askRefusal(
  url: string,
  getToken: () => Promise<string>,
  request: typeof fetch,
): Promise<string | undefined> {
  try {
    const whoami = `${url.replace(/^ws/, 'http').replace(/\/?(\?.*)?$/, '')}/whoami`;
    const response = await request(whoami, {
      headers: { authorization: `Bearer ${await getToken()}` },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    const { code } = (await response.json()) as { readonly code?: unknown };
    return typeof code === 'string' && /^\w{1,50}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

const timeoutMilliseconds = 3_000;
