// The configuration of Jest: one project for each suite. The scripts in package.json select the projects.

/** Suites that run the local stack, and need the bundled functions. */
const startsStacks = [
  'documented',
  'integration',
  'clients',
  'soak',
  'browser',
  'environments',
  'python',
];

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
    // Loading the CDK takes two seconds, and fast-check is loaded by sixty files, so they are loaded only once for each process.
    '/node_modules/(aws-cdk-lib|constructs|cdk-nag|fast-check|pure-rand)/.*\\.js$':
      '<rootDir>/test/support/jest/load-once.cjs',
    '\\.[jt]sx?$': [
      '@swc/jest',
      { jsc: { target: 'es2023', transform: { react: { runtime: 'automatic' } } } },
    ],
  },
  // The packages of `npm run build` have the same module names as the source.
  modulePathIgnorePatterns: ['<rootDir>/build/'],
  // Jest cannot load ES modules untransformed. Of these packages, all but the first two are transformed to be loaded once.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|oauth4webapi|aws-cdk-lib|constructs|cdk-nag|fast-check|pure-rand)/)',
  ],
});

module.exports = {
  projects: [
    'unit',
    'component',
    'infra',
    'documented',
    'integration',
    'clients',
    'package',
    'soak',
    'simulation',
    'browser',
    'environments',
    'deploy',
    'python',
    'mutation',
  ].map(project),
  globalSetup: '<rootDir>/test/support/jest/make-temporary-folder.ts',
  globalTeardown: '<rootDir>/test/support/jest/remove-temporary-folder.ts',
  // Tests wait for conditions. This timeout ends a test whose condition is never met, and is long enough for a busy machine.
  testTimeout: 90_000,
};
