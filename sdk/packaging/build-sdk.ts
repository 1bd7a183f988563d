// `npm run build`: writes the package to build/package, and its tarball to build/.
import { makePackage } from './packing';
import { buildPackage } from './sdk-package';

void makePackage('package', buildPackage);
