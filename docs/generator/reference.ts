// How one place of an AsyncAPI document points to another.

/** A reference to what lies under these names, from the top. */
export const ref = (...path: readonly string[]) => ({
  $ref: `#/${path.map((part) => part.replace(/\//g, '~1')).join('/')}`,
});
