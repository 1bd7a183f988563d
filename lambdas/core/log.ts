// What the rules write to the log.
import type { LogFields, LogMessage } from './log-lines';

/** Structured log lines, each one of the list in log-lines.ts; none holds a token or the text of a message. */
export interface Log {
  info<Message extends LogMessage<'info'>>(message: Message, fields?: LogFields<Message>): void;
  warn<Message extends LogMessage<'warn'>>(message: Message, fields?: LogFields<Message>): void;
  error<Message extends LogMessage<'error'>>(message: Message, fields?: LogFields<Message>): void;
}
