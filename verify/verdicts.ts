// The errors with which a step says what it has found.

/** Something does not hold. */
export class DoesNotHold extends Error {
  override readonly name = 'DoesNotHold';

  /** @param expected and `came` complete the sentence `expected …, but … came` */
  constructor(
    readonly expected: string,
    readonly came: string,
  ) {
    super(`expected ${expected}; came ${came}`);
  }
}

/** A step could not check anything. The message is the reason. */
export class NotChecked extends Error {
  override readonly name = 'NotChecked';
}
