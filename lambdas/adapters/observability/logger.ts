// Writes structured log lines for CloudWatch.
import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '#core/log';

/** A log whose lines are JSON with level, message, timestamp, service and the given fields. */
export function createLog(functionName: string): Log {
  const logger = new Logger({ serviceName: functionName });
  return {
    info: (message, fields = {}) => {
      logger.info(message, fields);
    },
    warn: (message, fields = {}) => {
      logger.warn(message, fields);
    },
    error: (message, fields = {}) => {
      logger.error(message, fields);
    },
  };
}
