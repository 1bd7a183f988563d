// The clients of a measurement: WebSockets of the local stack that take batches, each of a different user.
import { once } from 'node:events';
import WebSocket from 'ws';
import type { LocalStack } from '#local/index';
import { batchSubprotocol, subprotocol } from '#sdk/protocol';

/** How many handshakes are under way at the same time. */
const handshakesAtOnce = 20;

/** How long a message may take. */
const timeoutMilliseconds = 60_000;

/** Opens a connection of a user. The caller waits for the event `open`. */
export async function connect(stack: LocalStack, userId: string): Promise<() => WebSocket> {
  const token = await stack.mintToken({ sub: userId });
  return () =>
    new WebSocket(stack.webSocketUrl, [subprotocol, token, batchSubprotocol], {
      perMessageDeflate: false,
    });
}

/** Opens connections, and waits until all are open. */
export async function openSockets(stack: LocalStack, count: number): Promise<readonly WebSocket[]> {
  const sockets: WebSocket[] = [];
  while (sockets.length < count) {
    const size = Math.min(handshakesAtOnce, count - sockets.length);
    const opening = Array.from({ length: size }, async (_, index) => {
      const socket = (await connect(stack, `user-${sockets.length + index}`))();
      await once(socket, 'open');
      return socket;
    });
    sockets.push(...(await Promise.all(opening)));
  }
  return sockets;
}

/** Closes connections, and waits until the clients have seen it. */
export async function closeSockets(sockets: readonly WebSocket[]): Promise<void> {
  await Promise.all(
    sockets.map(async (socket) => {
      socket.close();
      await once(socket, 'close');
    }),
  );
}

/**
 * Waits until each connection has a message with this text.
 * @returns when the first and the last of them had it, as of `performance.now()`
 * @throws Error if a connection does not get it in time
 */
export function receivedByAll(
  sockets: readonly WebSocket[],
  text: string,
): Promise<{ readonly firstAt: number; readonly lastAt: number }> {
  return new Promise((resolve, reject) => {
    let [missing, firstAt] = [sockets.length, Infinity];
    const timer = setTimeout(() => {
      reject(new Error(`${missing} of ${sockets.length} connections did not get ${text}.`));
    }, timeoutMilliseconds);
    for (const socket of sockets) {
      const hear = (data: Buffer) => {
        if (!data.includes(text)) return;
        socket.off('message', hear);
        firstAt = Math.min(firstAt, performance.now());
        missing -= 1;
        if (missing > 0) return;
        clearTimeout(timer);
        resolve({ firstAt, lastAt: performance.now() });
      };
      socket.on('message', hear);
    }
  });
}
