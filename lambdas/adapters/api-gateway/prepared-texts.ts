// Texts as they are posted, encoded and hashed once for all connections.
import { bodyHashOf } from '../http/signature-v4';

/** What all posts of one text share. */
export interface PreparedText {
  readonly text: string;
  readonly body: Buffer;
  readonly hash: string;
}

function prepare(text: string): PreparedText {
  const body = Buffer.from(text);
  return { text, body, hash: bodyHashOf(body) };
}

/** Bytes of prepared texts that are kept: as many as the texts that one fan-out may post in turn. */
const preparedBytes = 4 * 1024 * 1024;

/** Texts that are posted in turn, each to many connections: encoding and hashing one costs as much as some posts. */
export class PreparedTexts {
  private readonly known = new Map<string, PreparedText>();
  private bytes = 0;
  private last: PreparedText | undefined;

  of(text: string): PreparedText {
    if (this.last?.text === text) return this.last;
    this.last = this.known.get(text) ?? this.add(prepare(text));
    return this.last;
  }

  private add(prepared: PreparedText): PreparedText {
    // Those of fan-outs that have ended are not told from others: what is still needed is soon there again.
    if (this.bytes > preparedBytes) {
      this.known.clear();
      this.bytes = 0;
    }
    this.known.set(prepared.text, prepared);
    this.bytes += prepared.body.length;
    return prepared;
  }
}
