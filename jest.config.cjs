// `npm test` selects what a newcomer can run; the slower suites, and those that need Python, have scripts.
const startsStacks = ['integration', 'clients', 'soak', 'browser'];

const project = (name) => ({
  displayName: name,
  ...(startsStacks.includes(name)
    ? { globalSetup: '<rootDir>/test/support/jest/bundle-once.ts' }
    : {}),
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  setupFiles: [
    '<rootDir>/test/support/jest/setup.ts',
    '<rootDir>/test/support/jest/switch-off-contexts.ts',
  ],
  globals: { staysInProcess: name === 'unit' },
  transform: {
    // Loading the CDK takes two seconds.
    '/node_modules/(aws-cdk-lib|constructs|cdk-nag)/.*\\.js$':
      '<rootDir>/test/support/jest/load-once.cjs',
    '\\.[jt]sx?$': [
      '@swc/jest',
      { jsc: { target: 'es2023', transform: { react: { runtime: 'automatic' } } } },
    ],
  },
  // What `npm run build` made is no source.
  modulePathIgnorePatterns: ['<rootDir>/build/'],
  // These are published as ES modules only, which jest cannot load untransformed.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|oauth4webapi|aws-cdk-lib|constructs|cdk-nag)/)',
  ],
});

module.exports = {
  projects: [
    'unit',
    'component',
    'infra',
    'integration',
    'clients',
    'package',
    'soak',
    'browser',
    'deploy',
  ].map(project),
  globalSetup: '<rootDir>/test/support/jest/make-temporary-folder.ts',
  globalTeardown: '<rootDir>/test/support/jest/remove-temporary-folder.ts',
  // Waiting is for conditions; this ends a test whose condition never comes, on a busy machine, too.
  testTimeout: 90_000,
};
