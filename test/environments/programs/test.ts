// The test, as a program in an environment sees it: what the program asks of it, over HTTP.

/** What the program is told. */
export interface Configuration {
  /** The user of this environment. The ids of its agents begin with it. */
  readonly userId: string;
  /** The URL of the WebSocket. */
  readonly url: string;
}

/** Of each check that was made, by its sentence: `passed`, or the error. */
export type Results = Readonly<Record<string, string>>;

export interface Test {
  readonly configuration: Configuration;
  /** Returns a token of the user, which the server accepts unless it has expired. */
  readonly token: (kind?: 'expired') => Promise<string>;
  /** Reports the status of an agent, as a backend does. */
  readonly report: (agentId: string, status: 'online' | 'offline' | 'error') => Promise<void>;
  /** Lets the server close all connections of the user. */
  readonly disconnect: () => Promise<void>;
  /** Returns how many connections of the user the server has. */
  readonly connections: () => Promise<number>;
  readonly finish: (results: Results) => Promise<void>;
}

/** Of Node.js; undefined in browsers. */
const { process } = globalThis as { readonly process?: { readonly argv: readonly string[] } };

/** Connects to the test. Its address is the argument of the program, or that of the page or the worker. */
export async function connectToTest(): Promise<Test> {
  const base = process?.argv[2] ?? location.href;
  async function ask<Answer>(what: string, given: object = {}): Promise<Answer> {
    const answer = await fetch(new URL(what, base), {
      method: 'POST',
      body: JSON.stringify(given),
    });
    if (!answer.ok) throw new Error(`The test answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }
  return {
    configuration: await ask('configuration'),
    token: (kind) => ask('token', { kind }),
    report: (agentId, status) => ask('report', { agentId, status }),
    disconnect: () => ask('disconnect'),
    connections: () => ask('connections'),
    finish: (results) => ask('finish', results),
  };
}
