// Reads the answers of a server from the bytes of a socket, in whatever pieces they arrive.

/** As Node.js's own limit: https://nodejs.org/api/http.html#httpmaxheadersize */
const maxHeadBytes = 16 * 1024;

const lineEnd = Buffer.from('\r\n');
const headEnd = Buffer.from('\r\n\r\n');

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?\r\n/;
/** No space before a colon, and no line that continues the one before: both are refused, since servers disagree about them. */
const fieldLines = /^(?:[\w!#$%&'*+.^`|~-]+:[^\r\n\0]*\r\n)*$/;
/** The fields that say where an answer ends, and how long the socket stays open. */
const framingFields =
  /^(connection|content-length|keep-alive|transfer-encoding):[ \t]*([^\r\n]*)\r\n/gim;
/** Each run of spaces is tried once only, at its beginning: a head may be nothing but spaces. */
const spacesAtEnd = /(?<![ \t])[ \t]+$/;
const chunkSize = /^([\da-f]{1,8})[ \t]*(?:;[^\r\n]*)?$/i;

/** What comes next in an answer. */
type Step =
  'head' | 'body' | 'body until close' | 'chunk size' | 'chunk' | 'chunk end' | 'trailers' | 'end';

/**
 * Reads one answer after the other.
 * @see https://www.rfc-editor.org/rfc/rfc9112
 */
export class AnswerReader {
  /** Of the last head that was read. */
  status = 0;
  body: Buffer[] = [];
  /** Whether the server keeps the socket open after this answer. */
  keepsOpen = false;
  /** How long the server keeps an idle socket open, if it says so. */
  idleSeconds: number | undefined;
  private step: Step = 'head';
  /** Bytes until the end of the body, or of the chunk. */
  private left = 0;
  /** The beginning of something that is read as a whole. */
  private held: Buffer | undefined;

  /** Prepares for the next answer. */
  begin(): void {
    this.status = 0;
    this.body = [];
    this.keepsOpen = false;
    this.idleSeconds = undefined;
    this.step = 'head';
    this.held = undefined;
  }

  /**
   * Reads the next bytes.
   * @returns whether the answer is complete
   * @throws Error if they are not an answer of HTTP/1.1 or HTTP/1.0
   */
  read(chunk: Buffer): boolean {
    const bytes = this.held === undefined ? chunk : Buffer.concat([this.held, chunk]);
    this.held = undefined;
    let at: number | undefined = 0;
    while (this.step !== 'end') {
      const from: number = at;
      at = this.readStep(bytes, from);
      if (at === undefined) return false;
    }
    // A byte after the end belongs to no answer: no further one can be trusted.
    if (at < bytes.length) this.keepsOpen = false;
    return true;
  }

  /** The server has closed the socket. @returns whether the answer is complete by this */
  close(): boolean {
    return this.step === 'body until close';
  }

  /** @returns where the next step begins; undefined if more bytes are needed */
  private readStep(bytes: Buffer, at: number): number | undefined {
    switch (this.step) {
      case 'head':
        return this.readUntil(headEnd, bytes, at, (end) => {
          this.readHead(bytes.toString('latin1', at, end + lineEnd.length));
        });
      case 'chunk size':
        return this.readUntil(lineEnd, bytes, at, (end) => {
          this.readChunkSize(bytes.toString('latin1', at, end));
        });
      case 'chunk end':
        return this.readUntil(lineEnd, bytes, at, (end) => {
          if (end > at) throw new Error('A chunk of the answer is longer than its size.');
          this.step = 'chunk size';
        });
      case 'trailers':
        return this.readTrailers(bytes, at);
      case 'body until close':
        this.body.push(bytes.subarray(at));
        return undefined;
      case 'body':
      case 'chunk':
        return this.readBody(bytes, at);
      case 'end':
        return at;
    }
  }

  private readBody(bytes: Buffer, at: number): number | undefined {
    const end = Math.min(at + this.left, bytes.length);
    if (end > at) this.body.push(bytes.subarray(at, end));
    this.left -= end - at;
    if (this.left > 0) return undefined;
    this.step = this.step === 'chunk' ? 'chunk end' : 'end';
    return end;
  }

  /** The fields after the last chunk, of which none matters, and an empty line. */
  private readTrailers(bytes: Buffer, at: number): number | undefined {
    const isEmpty = bytes.subarray(at, at + lineEnd.length).equals(lineEnd);
    return this.readUntil(isEmpty ? lineEnd : headEnd, bytes, at, () => {
      this.step = 'end';
    });
  }

  /** Reads what ends with a delimiter, or holds it until there are more bytes. */
  private readUntil(
    delimiter: Buffer,
    bytes: Buffer,
    at: number,
    use: (end: number) => void,
  ): number | undefined {
    const end = bytes.indexOf(delimiter, at);
    if ((end < 0 ? bytes.length : end) - at > maxHeadBytes) {
      throw new Error(`The head of the answer has more than ${maxHeadBytes} bytes.`);
    }
    if (end < 0) {
      if (at < bytes.length) this.held = bytes.subarray(at);
      return undefined;
    }
    use(end);
    return end + delimiter.length;
  }

  private readHead(head: string): void {
    const [line, version, status] = statusLine.exec(head) ?? [];
    if (line === undefined || !fieldLines.test(head.slice(line.length))) {
      throw new Error('The answer is not HTTP/1.1.');
    }
    this.status = Number(status);
    if (this.status === 101)
      throw new Error('The answer switches protocols, which no request asks for.');
    // An interim answer: the head of the final one follows.
    if (this.status >= 200) this.readFraming(head, version === '1');
  }

  /** @see https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length */
  private readFraming(head: string, isHttp11: boolean): void {
    let length: string | undefined;
    let isChunked = false;
    let connection = '';
    for (const [, name = '', value = ''] of head.matchAll(framingFields)) {
      const text = value.toLowerCase().replace(spacesAtEnd, '');
      switch (name.toLowerCase()) {
        case 'connection':
          connection += `${text},`;
          break;
        case 'keep-alive':
          this.idleSeconds = secondsOf(text);
          break;
        case 'content-length':
          if (!/^\d{1,15}$/.test(text) || (length ?? text) !== text) throw unclearLength();
          length = text;
          break;
        default:
          if (text !== 'chunked' || isChunked || !isHttp11) throw unclearLength();
          isChunked = true;
      }
    }
    if (isChunked && length !== undefined) throw unclearLength();
    this.keepsOpen =
      !/\bclose\b/.test(connection) && (isHttp11 || /\bkeep-alive\b/.test(connection));
    this.begins(isChunked, length === undefined ? undefined : Number(length));
  }

  private begins(isChunked: boolean, length: number | undefined): void {
    this.left = length ?? 0;
    if (this.status === 204 || this.status === 304) this.step = 'end';
    else if (isChunked) this.step = 'chunk size';
    else if (length !== undefined) this.step = length > 0 ? 'body' : 'end';
    else {
      this.step = 'body until close';
      this.keepsOpen = false;
    }
  }

  private readChunkSize(line: string): void {
    const [, size] = chunkSize.exec(line) ?? [];
    if (size === undefined) throw new Error('The answer has a chunk without a size.');
    this.left = Number.parseInt(size, 16);
    this.step = this.left > 0 ? 'chunk' : 'trailers';
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc2068#section-19.7.1.1 */
function secondsOf(keepAlive: string): number | undefined {
  const [, seconds] = /\btimeout=(\d+)/.exec(keepAlive) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

const unclearLength = () => new Error('The answer does not say clearly where it ends.');
