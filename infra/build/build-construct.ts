// `npm run build:construct`: the package goes to build/construct, and, packed for `npm install`, beside that.
import { makePackage } from '../../sdk/packaging/packing';
import { buildConstructPackage } from './construct-package';

void makePackage('construct', buildConstructPackage);
