// What the bundler puts in the place of `node:http2`, which takes milliseconds to load: undici's client and the AWS SDK import it,
// and the functions speak HTTP/1.1.

/** undici reads the names of headers here. */
export const constants = {};

/** @throws always */
export function connect(): never {
  throw new Error('The bundles of the functions have no HTTP/2.');
}

export default { constants, connect };
