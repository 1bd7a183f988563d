// Reduces what was thrown to what a log line has of it.

/** Causes of causes beyond this number are left out: an error may be a cause of itself. */
const maxCauses = 5;

/**
 * What a log line has of a thrown value. Other properties of errors are left out, because they may be data: the item in an error of
 * DynamoDB, or the payload of a token.
 */
export function loggedError(thrown: unknown, causes = 0): unknown {
  if (typeof thrown !== 'object' || thrown === null) return thrown ?? undefined;
  const { name, message, stack, code, cause, $metadata } = thrown as Readonly<
    Record<string, unknown>
  >;
  return {
    name,
    message,
    stack,
    cause: causes < maxCauses ? loggedError(cause, causes + 1) : undefined,
    // Of the network, e.g. `ECONNREFUSED`: the error of several attempts to connect has no message.
    code,
    // The status and the request id of AWS's answer.
    $metadata,
  };
}
