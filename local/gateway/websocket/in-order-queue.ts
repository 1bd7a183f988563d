// Handles the messages of one connection in their order, one at a time.
import { WebSocket } from 'ws';

/** Messages of one client that may wait; beyond it the client's socket is not read any more. */
const maxWaitingMessages = 16;

/** @returns what takes the next message; `handle` must not reject */
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
      // A closed connection gets no answer, and $disconnect is the last call for a connection.
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
