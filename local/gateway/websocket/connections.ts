// Holds all open connections, for the @connections endpoint and for closing the gateway.
import { maxMessageBytes, type OpenConnection } from './connection';
import type { Timers } from '../../support/timers';
import type { Connections } from '../definition';

export interface OpenConnections extends Connections {
  /** Adds a connection. It is removed when it has closed. */
  add(connection: OpenConnection): void;
  /** Sends a close frame to every client, and terminates the connections that have not closed after the timeout. */
  closeAll(code: number, reason: string, timeoutSeconds: number): Promise<void>;
}

/** Creates an empty collection. @param timers for the timeout of `closeAll` */
export function createConnections(timers: Timers): OpenConnections {
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
      // DeleteConnection has no parameter for the close code, which is always 1000.
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
      return open.get(connectionId)?.close(1000, 'Connection Closed Normally') ?? false;
    },

    async closeAll(code, reason, timeoutSeconds) {
      const all = [...open.values()];
      for (const connection of all) connection.close(code, reason);
      const cancelCutOff = timers.after(timeoutSeconds * 1000, () => {
        for (const connection of all) connection.terminate();
      });
      await Promise.all(all.map((connection) => connection.closed));
      cancelCutOff();
    },
  };
}
