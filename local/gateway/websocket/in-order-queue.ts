// Handles the messages of one connection in order, one at a time.
import { WebSocket } from 'ws';

/** When this many messages of a client wait, its socket is paused until fewer than half as many wait. */
const maxWaitingMessages = 16;

/**
 * Creates the queue of one connection.
 * @param handle must not reject
 * @returns a function that adds a message
 */
export function createInOrderQueue(
  socket: WebSocket,
  handle: (data: Buffer, isBinary: boolean) => Promise<void>,
) {
  const waiting: { data: Buffer; isBinary: boolean }[] = [];
  let working = false;
  const work = async () => {
    working = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await handle(next.data, next.isBinary);
      // After the close, waiting messages are dropped: $disconnect must be a connection's last invocation.
      if (socket.readyState !== WebSocket.OPEN) waiting.length = 0;
      if (socket.isPaused && waiting.length < maxWaitingMessages / 2) socket.resume();
    }
    working = false;
  };
  return (data: Buffer, isBinary: boolean) => {
    waiting.push({ data, isBinary });
    if (waiting.length >= maxWaitingMessages) socket.pause();
    if (!working) void work();
  };
}
