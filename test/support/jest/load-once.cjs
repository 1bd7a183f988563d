// Transforms a module into one that Node.js itself loads: once for each process, not once for each test file. Only for
// packages that keep no state and that no test mocks.
module.exports = {
  process: () => ({
    code: `
      const { getBuiltinModule } = require('node:vm').runInThisContext('process');
      module.exports = getBuiltinModule('node:module').createRequire(__filename)(__filename);
    `,
  }),
};
