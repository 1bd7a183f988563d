// What the bundler puts in the place of `node:http2`, which takes milliseconds to load: the AWS SDK imports it, and the functions
// speak HTTP/1.1.

/** Of the interface of the module, this is what the AWS SDK imports besides. */
export const constants = {};

/** @throws always */
export function connect(): never {
  throw new Error('The bundles of the functions have no HTTP/2.');
}

export default { constants, connect };
