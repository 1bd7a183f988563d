// Type-aware rules for all TypeScript: a forgotten promise is an error, not a warning.
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  // Fixtures are compiled where tests put them.
  { ignores: ['build/', 'cdk.out/', 'node_modules/', '.local/', 'coverage/', 'test/fixtures/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Also where there is a default: a member that is added is to be thought of.
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // An environment is read by its documented names, and noPropertyAccessFromIndexSignature asks for brackets.
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    // Source can be read top down: a function fits on a screen. Tests may have long ones: a `describe` is a function, too.
    files: ['{infra,lambdas,sdk,dashboard,local,cost,docs,bench}/**/*.{ts,tsx}'],
    rules: {
      'max-lines-per-function': [
        'error',
        { max: 70, skipBlankLines: true, skipComments: true, IIFEs: true },
      ],
      'max-params': ['error', 4],
    },
  },
  {
    files: ['sdk/client/**/*.ts', 'dashboard/page/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
  },
  {
    files: ['test/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'test', message: 'One word for one thing: `it`.' },
      ],
    },
  },
  {
    files: ['**/*.cjs', '**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { module: 'readonly', require: 'readonly', process: 'readonly' },
    },
  },
);
