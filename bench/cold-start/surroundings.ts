// What the functions need on their first call: a local stack, and one open connection.
import { once } from 'node:events';
import WebSocket from 'ws';
import { startLocalStack, type LocalStack } from '#local/index';

export interface Surroundings {
  readonly functions: LocalStack['functions'];
  readonly token: string;
  readonly userId: string;
  readonly connectionId: string;
  /** Forgets the messages that the connection has got. */
  forget(): void;
  /** Resolves when the connection has got a message with this text. @throws Error after five seconds */
  received(text: string): Promise<void>;
  close(): Promise<void>;
}

const userId = 'alice';
const timeoutMilliseconds = 5_000;

/** Starts the stack without its schedules, so that nothing runs beside a measurement, and opens the connection. */
export async function openSurroundings(): Promise<Surroundings> {
  let tellConnectionId: (connectionId: string) => void = () => undefined;
  const connected = new Promise<string>((resolve) => (tellConnectionId = resolve));
  const unlimited = 100_000;
  const stack = await startLocalStack({
    mockData: true,
    settings: {
      ...{ handshakesPerMinute: unlimited, handshakeBurst: unlimited },
      ...{ messagesPerMinute: unlimited, messageBurst: unlimited, syncsPerMinute: unlimited },
      // An event would wait for the time since the run before it.
      coalesceMilliseconds: 0,
    },
    log: ({ text }) => {
      // What a function prints can arrive after its result.
      if (text.includes('"message":"connected"')) tellConnectionId(connectionIn(text));
    },
    testing: { scheduleLateness: () => 'lost' },
  });
  try {
    const token = await stack.mintToken({ sub: userId, expiresInSeconds: 7_200 });
    const socket = new WebSocket(stack.webSocketUrl, {
      headers: { Authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    const connectionId = await connected;
    let texts: string[] = [];
    socket.on('message', (data: Buffer) => texts.push(data.toString('utf8')));
    return {
      ...{ functions: stack.functions, token, userId, connectionId },
      forget() {
        texts = [];
      },
      async received(text) {
        const signal = AbortSignal.timeout(timeoutMilliseconds);
        try {
          while (!texts.some((each) => each.includes(text))) {
            await once(socket, 'message', { signal });
          }
        } catch (error) {
          throw new Error(`The open connection did not get ${text}.`, { cause: error });
        }
      },
      async close() {
        socket.terminate();
        await stack.close();
      },
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

const connectionIn = (logLine: string) =>
  (JSON.parse(logLine) as { readonly connectionId: string }).connectionId;
