// Cold start of `default`.
import { createRequestDependencies } from '#wiring/request-dependencies';
import { createAnswer } from '#core/requests/answer';
import { createHandler } from './handler';

const dependencies = createRequestDependencies(process.env);

export const handler = createHandler({ ...dependencies, answer: createAnswer(dependencies) });
