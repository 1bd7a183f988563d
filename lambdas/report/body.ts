// Reads the body of POST /events: one event, or a list of them.

/** The maximum number of events in a request. */
const maxEvents = 100;

type Body =
  | { readonly ok: true; readonly events: readonly unknown[]; readonly isList: boolean }
  | { readonly ok: false; readonly message: string };

/** Reads the JSON of a body, whatever its content type: HTTP APIs encode most types as base64. */
export function readBody({
  body = '',
  isBase64Encoded,
}: {
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
}): Body {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, message: 'The body must be JSON.' };
  }
  if (!Array.isArray(value)) {
    return typeof value === 'object' && value !== null
      ? { ok: true, events: [value], isList: false }
      : { ok: false, message: 'The body must be an event or a list of events.' };
  }
  if (value.length >= 1 && value.length <= maxEvents)
    return { ok: true, events: value, isList: true };
  return {
    ok: false,
    message: `The list must have 1 to ${maxEvents} events, not ${value.length}.`,
  };
}
