// Simulates the globals of another runtime: adds some, and removes others.

/** Runs `use` with the given globals, then restores the previous ones. Undefined removes a global. */
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
