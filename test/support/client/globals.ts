// Globals as another runtime has them: with what this version of Node.js lacks, and without what it has.

/** Runs `use` with the given globals, then puts them back as they were. Undefined is for a global that is not there. */
export function withGlobals(globals: Readonly<Record<string, unknown>>, use: () => void): void {
  const before = Object.keys(globals).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  try {
    for (const [name, value] of Object.entries(globals)) {
      if (value === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, { value, configurable: true });
    }
    use();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}
