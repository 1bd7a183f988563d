// Writes structured log lines for CloudWatch.
import type { Log } from '#core/log';
import { loggedError } from './logged-error';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A log whose lines are JSON with level, message, timestamp, service, the id of the trace and the given fields. It never throws,
 * whatever was thrown before.
 */
export function createLog(functionName: string): Log {
  const writer = (level: 'INFO' | 'WARN' | 'ERROR') => {
    return (message: string, fields: Fields = {}): void => {
      const common = {
        level,
        message,
        timestamp: new Date().toISOString(),
        service: functionName,
        xray_trace_id: traceId(),
      };
      // Not with `console`: in Lambda, its lines have what is written as the text of a message.
      process.stdout.write(`${jsonOf(common, fields)}\n`);
    };
  };
  return { info: writer('INFO'), warn: writer('WARN'), error: writer('ERROR') };
}

function jsonOf(common: Fields, fields: Fields): string {
  try {
    return JSON.stringify({ ...common, ...fields, error: loggedError(fields['error']) });
  } catch {
    const error = { message: 'The fields of this line cannot be written.' };
    return JSON.stringify({ ...common, error });
  }
}

/**
 * Lambda sets the variable for each invocation, e.g. to `Root=1-6b066b26-bc94;Parent=53995c3f;Sampled=1`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
function traceId(): string | undefined {
  return /Root=([^;]+)/.exec(process.env['_X_AMZN_TRACE_ID'] ?? '')?.[1];
}
