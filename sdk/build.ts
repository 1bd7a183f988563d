// `npm run build`: the package goes to build/package, ready for `npm pack` and `npm publish`.
import path from 'node:path';
import { buildPackage } from './package';

void buildPackage(path.resolve(__dirname, '../build/package'));
