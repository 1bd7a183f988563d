// The configuration of ESLint: type-aware rules for all TypeScript.
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  // Tests copy fixtures to other folders, and compile them there.
  { ignores: ['build/', 'cdk.out/', 'node_modules/', '.local/', 'coverage/', 'test/fixtures/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Also with a `default` case, so that each switch must be checked if a member is added.
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // TypeScript's noPropertyAccessFromIndexSignature requires brackets, e.g. for environment variables.
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    // A function should fit on a screen. Tests are exempt, because the callback of a `describe` is a function, too.
    files: ['{infra,lambdas,sdk,dashboard,local,cost,docs,bench,verify}/**/*.{ts,tsx}'],
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
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(\\.\\./){2}.*(?<!\\.json)$',
              message:
                'Import from another folder by a name of package.json, for example `#test/support/eventually`.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'test', message: 'Use `it`, as all other tests do.' },
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
