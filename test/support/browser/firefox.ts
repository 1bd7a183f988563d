// Opens pages in Firefox, over WebDriver BiDi. https://w3c.github.io/webdriver-bidi/
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

/** `FIREFOX`, or the path on Debian. */
const executablePath = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';

export interface FirefoxPage {
  /** Uncaught errors, and errors on the console. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** Starts Firefox with an empty profile, and opens a page. */
export async function openInFirefox(url: string): Promise<FirefoxPage> {
  if (!existsSync(executablePath)) {
    throw new Error(`There is no ${executablePath}: install firefox-esr, or set FIREFOX.`);
  }
  const profile = await mkdtemp(path.join(os.tmpdir(), 'mission-control-firefox-'));
  const args = ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile];
  // Firefox also writes into the home directory.
  const env = { ...process.env, HOME: profile };
  const firefox = spawn(executablePath, [...args, 'about:blank'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(firefox, 'exit');
  async function close(): Promise<void> {
    firefox.kill('SIGKILL');
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
  try {
    const session = await openSession(await addressOf(firefox.stderr));
    const complaints: string[] = [];
    session.onError((text) => complaints.push(text));
    await session.send('session.new', { capabilities: {} });
    await session.send('session.subscribe', { events: ['log.entryAdded'] });
    const { contexts } = await session.send<{ contexts: [{ context: string }] }>(
      'browsingContext.getTree',
    );
    const [{ context }] = contexts;
    await session.send('browsingContext.navigate', { context, url, wait: 'complete' });
    return {
      complaints,
      async close() {
        session.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Returns the address of WebDriver BiDi, which Firefox prints when it listens. */
async function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(line) ?? [];
    if (address !== undefined) {
      // What Firefox prints later is not read by anybody.
      stderr.resume();
      return address;
    }
  }
  throw new Error('Firefox ended before it listened.');
}

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly method?: string;
  readonly params?: { readonly level?: string; readonly text?: string };
}

/** Opens a connection over which commands are sent. */
async function openSession(address: string) {
  const socket = new WebSocket(`${address}/session`);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Message) => void>();
  let errorIn: (text: string) => void = () => undefined;
  let commands = 0;
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    const { level, text = '' } = message.params ?? {};
    // Firefox itself logs failed handshakes, which some tests cause on purpose.
    const isOurs = !text.startsWith('Firefox can’t establish a connection');
    if (message.method === 'log.entryAdded' && level === 'error' && isOurs) errorIn(text);
  });
  return {
    onError(listener: (text: string) => void) {
      errorIn = listener;
    },
    /** Sends a command, and returns its result. */
    async send<Result>(method: string, params: object = {}): Promise<Result> {
      const id = (commands += 1);
      const answer = await new Promise<Message>((resolve) => {
        waiting.set(id, resolve);
        socket.send(JSON.stringify({ id, method, params }));
      });
      waiting.delete(id);
      if (answer.error !== undefined) throw new Error(`${method}: ${answer.message ?? ''}`);
      return answer.result as Result;
    },
    close: () => {
      socket.terminate();
    },
  };
}
