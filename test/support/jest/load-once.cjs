// Transforms a module so that Node.js itself loads it: once per process instead of once per test file. Only for packages
// without state that no test mocks.
module.exports = {
  process: () => ({
    code: `
      const { getBuiltinModule } = require('node:vm').runInThisContext('process');
      module.exports = getBuiltinModule('node:module').createRequire(__filename)(__filename);
    `,
  }),
};
