// Cold start of `default`.
import { createAnswerWorld } from '#wiring/request-dependencies';
import { createAnswer } from '#core/requests/answer';
import { createHandler } from './handler';

const world = createAnswerWorld(process.env);

export const handler = createHandler({ ...world, answer: createAnswer(world) });
