// Cold start of `default`.
import { createAnswerWorld } from '#lambdas/aws/answer-world';
import { createAnswer } from '#core/answer';
import { createHandler } from './handler';

const world = createAnswerWorld(process.env);

export const handler = createHandler({ ...world, answer: createAnswer(world) });
