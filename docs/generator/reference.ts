// Creates references within an AsyncAPI document.

/** A reference to the value at this path in the document: a JSON Pointer. */
export const ref = (...path: readonly string[]) => ({
  $ref: `#/${path.map((part) => part.replace(/\//g, '~1')).join('/')}`,
});
