// Transforms a module so that Node.js itself loads it: once per process instead of once per test file. Only for packages
// without state that no test mocks. What is loaded before all tests (bundle-once.ts) is loaded by Node.js already, but also
// transformed, and then needs its own source.
module.exports = {
  process: () => ({
    code: `
      if (typeof jest === 'undefined') {
        module._compile(require('node:fs').readFileSync(__filename, 'utf8'), __filename);
      } else {
        const { getBuiltinModule } = require('node:vm').runInThisContext('process');
        module.exports = getBuiltinModule('node:module').createRequire(__filename)(__filename);
      }
    `,
  }),
};
