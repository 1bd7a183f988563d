// Writes requests as the text that goes over a socket.

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
const fieldValue = /^[\t\x20-\x7e]*$/;

/**
 * A line of a head.
 * @throws Error if the value has other characters than printable ASCII: it could end the line, and begin another one
 */
export function headerLine(name: string, value: string): string {
  if (!fieldValue.test(value))
    throw new Error(`The header ${name} has characters that are not allowed.`);
  return `${name}: ${value}\r\n`;
}

/** A POST without its body, which follows the text. */
export interface RequestHead {
  /** Encoded. */
  readonly path: string;
  /** By {@link headerLine}. */
  readonly headers: string;
  /** The length of the body. */
  readonly bytes: number;
}

/** Creates the function that writes the heads of requests to an origin. */
export function createHeadWriter(origin: string): (head: RequestHead) => string {
  const { host } = new URL(origin);
  const afterPath = ` HTTP/1.1\r\nhost: ${host}\r\n`;
  return ({ path, headers, bytes }) =>
    `POST ${path}${afterPath}${headers}content-length: ${bytes}\r\n\r\n`;
}
