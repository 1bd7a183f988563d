// What has been opened and must be closed again. Node.js 20 has no AsyncDisposableStack, which this stands in for.

/** Undoes what was done, in the reverse order, each step once. */
export class Disposables {
  readonly #steps: (() => unknown)[] = [];
  #disposed: Promise<void> | undefined;

  /**
   * Makes something of several parts. If that fails, what was made by then is undone before the promise rejects.
   * @throws what `build` throws; an AggregateError that begins with it when undoing fails too
   */
  static async build<T>(build: (disposables: Disposables) => Promise<T>): Promise<T> {
    const disposables = new Disposables();
    try {
      return await build(disposables);
    } catch (error) {
      const failures = await disposables.#undoAll();
      throw failures.length === 0 ? error : new AggregateError([error, ...failures], String(error));
    }
  }

  /**
   * Adds a step to undo; `dispose` waits for the promise that it may return.
   * @throws an error after `dispose`, when nothing would undo it
   */
  add(undo: () => unknown): void {
    if (this.#disposed !== undefined) throw new Error('Everything has been disposed of already.');
    this.#steps.push(undo);
  }

  /** Adds the closing of a resource, and gives the resource. */
  use<T extends { close(): unknown }>(resource: T): T {
    this.add(() => resource.close());
    return resource;
  }

  /**
   * Runs all steps, one after the other, whether or not those before have failed. Further calls get the same promise.
   * @throws {AggregateError} with the errors of all steps that failed
   */
  dispose(): Promise<void> {
    return (this.#disposed ??= this.#undoAll().then((errors) => {
      if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '));
    }));
  }

  /** @returns the errors of the steps that failed */
  async #undoAll(): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (let undo = this.#steps.pop(); undo !== undefined; undo = this.#steps.pop()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }
}
