// Sends requests to the HTTP API.
import { DoesNotHold } from './verdicts';
import type { Waiting } from './wait';

export interface Answer {
  readonly status: number;
  /** The body as JSON; undefined if it is not. */
  readonly body: unknown;
}

/** @throws {DoesNotHold} if there is no answer in time; an error of the network */
export async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  { timeoutMilliseconds, signal }: Waiting,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'error',
      signal: AbortSignal.any([timeout, signal]),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) {
      throw new DoesNotHold('an answer', `nothing within ${timeoutMilliseconds / 1000} s`);
    }
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The answer in the words of a result, e.g. `HTTP 401 {"code":"token_expired"}`. */
export function wordsOf({ status, body }: Answer): string {
  const text = body === undefined ? '' : ` ${JSON.stringify(body).slice(0, 400)}`;
  return `HTTP ${status}${text}`;
}
