// Counts the timers and the listeners of the environment that have been started and not ended.

export interface Leftovers {
  /** Says what is left, e.g. `timer of 30000 ms` or `listener for online`. */
  readonly list: () => string[];
}

type Method = (...args: unknown[]) => unknown;

/** Counts from now on. */
export function countLeftovers(): Leftovers {
  const timers = new Map<unknown, string>();
  const listeners: {
    readonly owner: object;
    readonly type: unknown;
    readonly listener: unknown;
  }[] = [];
  const scope = globalThis as unknown as Record<string, Method> & { readonly document?: object };
  const { setTimeout: start, clearTimeout: stop } = scope as unknown as typeof globalThis;

  scope['setTimeout'] = (due, delayMs, ...args) => {
    const timer = start(
      (...given: unknown[]) => {
        timers.delete(timer);
        (due as Method)(...given);
      },
      delayMs as number,
      ...args,
    );
    timers.set(timer, `timer of ${String(delayMs)} ms`);
    return timer;
  };
  scope['clearTimeout'] = (timer) => {
    timers.delete(timer);
    stop(timer as number);
  };

  for (const owner of [scope, scope.document]) {
    const target = owner as Partial<Record<string, Method>> | undefined;
    const [add, remove] = [target?.['addEventListener'], target?.['removeEventListener']];
    if (!target || !add || !remove) continue;
    target['addEventListener'] = (type, listener, ...rest) => {
      listeners.push({ owner: target, type, listener });
      return add.call(target, type, listener, ...rest);
    };
    target['removeEventListener'] = (type, listener, ...rest) => {
      const index = listeners.findIndex(
        (one) => one.owner === target && one.type === type && one.listener === listener,
      );
      if (index !== -1) listeners.splice(index, 1);
      return remove.call(target, type, listener, ...rest);
    };
  }
  return {
    list: () => [
      ...timers.values(),
      ...listeners.map(({ type }) => `listener for ${String(type)}`),
    ],
  };
}
