// All open connections, as the @connections endpoint and the gateway's own shutdown reach them.
import { maxMessageBytes, type OpenConnection } from './connection';
import type { Connections } from '../definition';

export interface OpenConnections extends Connections {
  /** Knows the connection until it has closed. */
  add(connection: OpenConnection): void;
  /** Sends every client a close frame, and cuts those off that have not answered after `patienceSeconds`. */
  closeAll(code: number, reason: string, patienceSeconds: number): Promise<void>;
}

export function createConnections(): OpenConnections {
  const open = new Map<string, OpenConnection>();
  return {
    add(connection) {
      const { connectionId } = connection.facts;
      open.set(connectionId, connection);
      void connection.closed.then(() => open.delete(connectionId));
    },

    post(connectionId, data) {
      if (data.length > maxMessageBytes) return Promise.resolve('tooLarge');
      return Promise.resolve(open.get(connectionId)?.post(data) ?? 'gone');
    },

    get: (connectionId) => open.get(connectionId)?.info(),

    close(connectionId) {
      // The code cannot be chosen: DeleteConnection always closes with 1000.
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
      return open.get(connectionId)?.close(1000, 'Connection Closed Normally') ?? false;
    },

    async closeAll(code, reason, patienceSeconds) {
      const all = [...open.values()];
      for (const connection of all) connection.close(code, reason);
      const cutOff = setTimeout(() => {
        for (const connection of all) connection.terminate();
      }, patienceSeconds * 1000);
      await Promise.all(all.map((connection) => connection.closed));
      clearTimeout(cutOff);
    },
  };
}
