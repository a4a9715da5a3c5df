import { ESLint } from 'eslint'
import { beforeAll, expect, test } from 'vitest'

let eslint: ESLint

beforeAll(() => {
  eslint = new ESLint({ cwd: process.cwd() })
})

/** The rules that a text would break if a file of the project held it. */
async function brokenRules(path: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: path })
  expect(result?.messages.filter((message) => message.fatal)).toEqual([])
  expect(result?.warningCount).toBe(0)
  return result?.messages.map((message) => message.ruleId ?? '') ?? []
}

const library = 'lib/money.ts'
const component = 'components/ui/button.tsx'

test.each<[string, string, string, string]>([
  ['any', library, 'export const value: any = 1\n', '@typescript-eslint/no-explicit-any'],
  ['an assertion that something is there', library, 'export const first = [1][0]!\n', '@typescript-eslint/no-non-null-assertion'],
  ['a cast', library, 'export const value = JSON.parse("1") as number\n', '@typescript-eslint/consistent-type-assertions'],
  ['a promise that nobody waits for', library, 'void 0\nPromise.resolve(1)\n', '@typescript-eslint/no-floating-promises'],
  [
    'a switch that does not finish',
    library,
    "/** Says. */\nexport function say(value: 'a' | 'b'): string {\n  switch (value) {\n    case 'a':\n      return 'A'\n  }\n  return ''\n}\n",
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  ['the clock in the library', library, 'export const now = Date.now()\n', 'no-restricted-syntax'],
  ['a new date of this moment in the library', library, 'export const now = new Date()\n', 'no-restricted-syntax'],
  ['the clock in a component', component, 'export const now = Date.now()\n', 'no-restricted-syntax'],
  ['a component that fetches', component, "export const answer = fetch('/')\n", 'no-restricted-globals'],
  ['the environment read past the one parser', library, 'export const port = process.env.PORT\n', 'no-restricted-syntax'],
  ['a default export', library, 'const value = 1\nexport default value\n', 'no-restricted-syntax'],
  ['a name that says nothing', library, '/** Does. */\nexport function handleSub(): void {}\n', 'no-restricted-syntax'],
  ['a function without a docstring', library, 'export function invite(): void {}\n', 'house/document-exports'],
  [
    'an exception without a reason',
    library,
    '// eslint-disable-next-line no-var\nexport var value = 1\n',
    'house/explain-exception',
  ],
  [
    'an exception that excepts nothing',
    library,
    '// eslint-disable-next-line no-var -- it was needed once\nexport const value = 1\n',
    '',
  ],
  ['a way out of the folder by dots', library, "export { value } from '../app/page'\n", 'no-restricted-imports'],
  ['an import with an extension', library, "export { assert } from './errors.ts'\n", 'no-restricted-imports'],
  ['a task left for later', library, '// TODO: later.\nexport const value = 1\n', 'no-warning-comments'],
])(
  '%s is an error',
  async (_name, path, text, rule) => {
    expect(await brokenRules(path, text)).toContain(rule)
  },
  180_000,
)

test('a text in order breaks nothing', async () => {
  const text =
    '/** Says the moment. */\nexport function say(now: Date): string {\n  return new Date(now.getTime()).toISOString()\n}\n'
  expect(await brokenRules(library, `${text}export const names = ['a'] as const\n`)).toEqual([])
}, 180_000)
