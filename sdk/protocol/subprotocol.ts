// The name of the WebSocket subprotocol, where a client finds it without the schemas.

/** The WebSocket subprotocol that the server echoes to clients which offer it. */
export const subprotocol = 'mission-control';
