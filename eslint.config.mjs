import { defineConfig } from 'eslint/config'
import next from 'eslint-config-next'
import typescript from 'typescript-eslint'

const tests = ['**/*.test.ts', '**/*.test.tsx', '**/*.e2e.ts', 'e2e/**', 'lib/testing/**']

/** There is no warnings level: whatever a shared configuration only warns about is an error here. */
function withoutWarnings(configurations) {
  const raise = (level) => (level === 'warn' || level === 1 ? 'error' : level)
  return configurations.map((configuration) => ({
    ...configuration,
    rules: Object.fromEntries(
      Object.entries(configuration.rules ?? {}).map(([name, value]) => [
        name,
        Array.isArray(value) ? [raise(value[0]), ...value.slice(1)] : raise(value),
      ]),
    ),
  }))
}

/** Rules of STYLE.md that no published rule holds. */
const house = {
  rules: {
    'explain-exception': {
      meta: {
        type: 'problem',
        schema: [],
        messages: { why: 'Say why: `// eslint-disable-next-line <rule> -- <why it holds>`.' },
      },
      create: (context) => ({
        Program() {
          for (const comment of context.sourceCode.getAllComments()) {
            const text = comment.value.trim()
            if (/^eslint-disable/.test(text) && !/\s--\s+\S.{9,}/s.test(text)) {
              context.report({ loc: comment.loc, messageId: 'why' })
            }
          }
        },
      }),
    },
    'document-exports': {
      meta: { type: 'suggestion', schema: [], messages: { missing: 'Say in a docstring what `{{name}}` promises.' } },
      create(context) {
        const check = (node) => {
          const declaration = node.declaration
          if (declaration?.type !== 'FunctionDeclaration') return
          const last = context.sourceCode.getCommentsBefore(node).at(-1)
          if (last?.type === 'Block' && last.value.startsWith('*')) return
          // Overloads share the docstring of the first.
          const previous = node.parent.body[node.parent.body.indexOf(node) - 1]
          if (previous?.declaration?.id?.name === declaration.id?.name && declaration.id) return
          context.report({ node: declaration, messageId: 'missing', data: { name: declaration.id?.name ?? 'default' } })
        }
        return { ExportNamedDeclaration: check }
      },
    },
  },
}

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: only Next.js and the configuration of tools need a default export.',
}
const noClock = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Never read the clock below the doors: the moment is `scope.now`.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Never read the clock below the doors: the moment is `scope.now`.',
  },
  {
    selector: "CallExpression[callee.object.name='performance'][callee.property.name='now']",
    message: 'Never read the clock below the doors: the moment is `scope.now`.',
  },
]
const noEnvironment = {
  selector: ":not(MemberExpression[property.name='NODE_ENV']) > MemberExpression[object.name='process'][property.name='env']",
  message: 'Read the environment from `lib/env`, where every variable is parsed once.',
}
const sayWhatItDoes = {
  selector: 'ExportNamedDeclaration > FunctionDeclaration[id.name=/^(handle|process|manage)([A-Z]|$)/]',
  message: 'Name a command after what people say: `inviteMember`, `expireCredits`, never `handle`, `process` or `manage`.',
}

export default defineConfig(
  { ignores: ['.next/**', '.data/**', 'next-env.d.ts', 'test-results/**', 'playwright-report/**', 'coverage/**', 'public/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...withoutWarnings(next),
  ...withoutWarnings(typescript.configs.recommendedTypeChecked).map((configuration) => ({
    ...configuration,
    files: ['**/*.ts', '**/*.tsx'],
  })),
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { house },
    rules: {
      'house/explain-exception': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: String.raw`^\.\./`, message: 'Across folders, import by `@/…`.' },
            { regex: String.raw`^(?:@/|\./).*\.(?:ts|tsx|js|jsx)$`, message: 'Imports carry no file extension.' },
            { regex: String.raw`^@/.*/index$`, message: 'Name the file that holds it: there are no barrels.' },
          ],
        },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNever: true }],
      // Handles are plain objects of functions, taken apart freely.
      '@typescript-eslint/unbound-method': 'off',
      // Server actions and pages are asynchronous by contract, with or without something to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // A wrong kind of id or an untyped answer is caught by what the test expects of it.
    files: tests,
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: ['db/**/*.ts'],
    ignores: tests,
    rules: {
      'house/document-exports': 'error',
      'no-console': 'error',
      // drizzle-kit reads the schema without the paths of tsconfig.json.
      'no-restricted-imports': 'off',
    },
  },
  {
    files: ['lib/**/*.ts'],
    ignores: tests,
    rules: {
      'house/document-exports': 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, noEnvironment, sayWhatItDoes, ...noClock],
    },
  },
  {
    files: ['components/**/*.ts', 'components/**/*.tsx'],
    ignores: tests,
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, noEnvironment, ...noClock],
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Components get data and actions as props and never fetch.' }],
    },
  },
  {
    // The door is where the clock is read, once, into the scope.
    files: ['lib/http/**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noEnvironment] },
  },
  {
    // A function named `use…` is a hook only where there are components.
    files: ['lib/**', 'db/**', 'scripts/**', 'e2e/**', 'bench/**', ...tests],
    rules: { 'react-hooks/rules-of-hooks': 'off' },
  },
  {
    // The log must work while the environment is still wrong.
    files: ['lib/env.ts', 'lib/log.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, ...noClock] },
  },
  {
    files: ['app/**/*.ts', 'app/**/*.tsx', 'proxy.ts', 'instrumentation.ts'],
    ignores: tests,
    rules: { 'no-console': 'error', 'no-restricted-syntax': 'off' },
  },
  {
    files: ['*.config.ts', '*.config.mjs', 'lib/testing/global-setup.ts'],
    rules: { 'no-restricted-syntax': 'off', 'import/no-anonymous-default-export': 'off' },
  },
)
