// The names of the WebSocket subprotocols, where a client finds them without the schemas.

/** The WebSocket subprotocol that the server echoes to clients which offer it. */
export const subprotocol = 'mission-control';

/** The one of clients that take batches: the server chooses it, and none else, if it is among those that are offered. */
export const batchSubprotocol = 'mission-control.batch';
