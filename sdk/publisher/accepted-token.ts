// Keeps the token of a publisher until the service refuses it.

/** `getToken` has failed; `cause` is its error. */
export class NoTokenError extends Error {}

export interface AcceptedToken {
  /** The current token; a new one if there is none. Rejects with a {@link NoTokenError}. */
  current(): Promise<string>;
  /** A newer token than the refused one. Requests that are refused at the same time get the same. */
  insteadOf(refused: string): Promise<string>;
  /** Makes the next `current` get another token. */
  forget(refused: string): void;
}

export function createAcceptedToken(getToken: () => string | Promise<string>): AcceptedToken {
  let known: Promise<string> | undefined;
  /** The token that `known` resolves to, as soon as it has. */
  let value: string | undefined;

  function current(): Promise<string> {
    if (known !== undefined) return known;
    value = undefined;
    const asked = Promise.resolve()
      .then(getToken)
      .then(
        (token) => (value = token),
        (cause: unknown) => {
          throw new NoTokenError('getToken failed', { cause });
        },
      );
    known = asked;
    asked.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked;
  }

  function forget(refused: string): void {
    if (value === refused) known = undefined;
  }

  return {
    current,
    insteadOf(refused) {
      forget(refused);
      return current();
    },
    forget,
  };
}
