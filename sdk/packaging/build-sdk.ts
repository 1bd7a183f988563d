// `npm run build`: the package goes to build/package, and, packed for `npm install` and `npm publish`, beside that.
import { makePackage } from './packing';
import { buildPackage } from './sdk-package';

void makePackage('package', buildPackage);
