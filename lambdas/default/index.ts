// Cold start of `default`.
import { createLog } from '../aws/logger';
import { createAnswer } from '../core/answer';
import { createHandler } from './handler';

export const handler = createHandler({
  answer: createAnswer({ now: Date.now }),
  log: createLog('default'),
});
