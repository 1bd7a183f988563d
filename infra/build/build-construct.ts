// `npm run build:construct`: writes the package of the construct to build/construct, and its tarball next to it.
import { makePackage } from '../../sdk/packaging/packing';
import { buildConstructPackage } from './construct-package';

void makePackage('construct', buildConstructPackage);
