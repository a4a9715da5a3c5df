import { describe, expect, test } from 'vitest'
import { isBuilt, stampOf } from './next-build'
import type { SourceFile } from './next-build'

const file = (path: string, text: string): SourceFile => ({ path, content: new TextEncoder().encode(text) })
const sources = [file('app/page.tsx', 'one'), file('lib/money.ts', 'two')]

describe('the stamp of the sources', () => {
  test('is the same for the same files, in whatever order they are read', () => {
    expect(stampOf(sources.toReversed())).toBe(stampOf(sources))
  })

  test.each([
    ['changed', [file('app/page.tsx', 'one!'), file('lib/money.ts', 'two')]],
    ['added', [...sources, file('lib/time.ts', '')]],
    ['removed', sources.slice(0, 1)],
    ['renamed', [file('app/pages.tsx', 'one'), file('lib/money.ts', 'two')]],
    ['cut elsewhere', [file('app/page.tsx', 'onet'), file('lib/money.ts', 'wo')]],
  ])('is another when a file is %s', (_change, changed) => {
    expect(stampOf(changed)).not.toBe(stampOf(sources))
  })
})

test('tests and demo data do not make a build stale; what they test does', () => {
  expect(isBuilt('lib/money.test.ts')).toBe(false)
  expect(isBuilt('lib/usage/commands.db.test.ts')).toBe(false)
  expect(isBuilt('app/[org]/usage/usage.e2e.ts')).toBe(false)
  expect(isBuilt('lib/testing/demo/names.ts')).toBe(false)
  expect(isBuilt('lib/money.ts')).toBe(true)
  expect(isBuilt('public/outlay.mjs')).toBe(true)
})
