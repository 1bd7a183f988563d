// Makes the checks of the hooks, in a page that a server has rendered.
import { makeChecks } from './checks';
import { prepare, reactChecks } from './react-checks';

void makeChecks(reactChecks, prepare);
