// Measures and hashes the texts of posts once for all connections.
import { bodyHashOf } from '../http/signature-v4';

/** The values that all posts of one text share. */
export interface PreparedText {
  readonly text: string;
  /** Its length. */
  readonly bytes: number;
  readonly hash: string;
}

function prepare(text: string): PreparedText {
  return { text, bytes: Buffer.byteLength(text), hash: bodyHashOf(text) };
}

/** Bytes of cached texts above which the cache is cleared: as many as one fan-out may post in turn. */
const preparedBytes = 4 * 1024 * 1024;

/** Caches the texts that are posted in turn, each to many connections: preparing one costs as much as some posts. */
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
    // The cache does not know which fan-outs have ended. Texts that are still needed are soon prepared again.
    if (this.bytes > preparedBytes) {
      this.known.clear();
      this.bytes = 0;
    }
    this.known.set(prepared.text, prepared);
    this.bytes += prepared.bytes;
    return prepared;
  }
}
