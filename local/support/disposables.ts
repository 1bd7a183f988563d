// Collects cleanup steps and runs them in reverse order, like AsyncDisposableStack, which Node.js 20 does not have.

/** A stack of cleanup steps. Each runs once, the last one first. */
export class Disposables {
  readonly #steps: (() => unknown)[] = [];
  #disposed: Promise<void> | undefined;

  /**
   * Runs `build`. If it fails, the cleanup steps that it has added run before the promise rejects.
   * @throws the error of `build`; if cleanup fails, too, an AggregateError of which it is the first error
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
   * Adds a cleanup step. If it returns a promise, `dispose` waits for it.
   * @throws an error after `dispose`, because the step would never run
   */
  add(undo: () => unknown): void {
    if (this.#disposed !== undefined) throw new Error('Everything has been disposed of already.');
    this.#steps.push(undo);
  }

  /** Adds `close` of a resource as a cleanup step, and returns the resource. */
  use<T extends { close(): unknown }>(resource: T): T {
    this.add(() => resource.close());
    return resource;
  }

  /**
   * Runs all steps, one after the other, even if some fail. Further calls return the same promise.
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
