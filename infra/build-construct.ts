// `npm run build:construct`: the package goes to build/construct, ready for `npm pack` and `npm publish`.
import path from 'node:path';
import { buildConstructPackage } from './construct-package';

void buildConstructPackage(path.resolve(__dirname, '../build/construct'));
