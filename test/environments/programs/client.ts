// Makes the checks of the client, with the WebSocket of the environment.
import { makeChecks } from './checks';
import { clientChecks, prepare } from './client-checks';

void makeChecks(clientChecks, (test) => prepare(test, {}));
