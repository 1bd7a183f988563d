// The port through which core writes log lines.
import type { LogFields, LogMessage } from './log-lines';

/** Structured log lines, each of which is listed in log-lines.ts. No line holds a token or the text of a message. */
export interface Log {
  info<Message extends LogMessage<'info'>>(message: Message, fields?: LogFields<Message>): void;
  warn<Message extends LogMessage<'warn'>>(message: Message, fields?: LogFields<Message>): void;
  error<Message extends LogMessage<'error'>>(message: Message, fields?: LogFields<Message>): void;
}
