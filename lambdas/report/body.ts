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
  const text = isBase64Encoded ? decode(body) : body;
  if (text === undefined) return { ok: false, message: 'The body must be JSON in UTF-8.' };
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

/** A byte order mark is kept, so a body that begins with one is refused as in a body that is not encoded. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Returns undefined for bytes that are not UTF-8. Otherwise the events would have U+FFFD in place of the sender's text. */
function decode(base64: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}
