// Defines the names of the WebSocket subprotocols, in a file without schemas, for clients.

/** The WebSocket subprotocol that the server selects if a client offers it. */
export const subprotocol = 'mission-control';

/** The WebSocket subprotocol of clients that support batches. If it is offered, the server selects it and no other. */
export const batchSubprotocol = 'mission-control.batch';

/**
 * A client that offers it beside another subprotocol is sent no events before its first `subscribe`. The server never selects
 * it. Older servers ignore it.
 */
export const subscribeSubprotocol = 'mission-control.subscribe';
