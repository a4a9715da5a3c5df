import { expect, test } from 'vitest'
import { findMisplaced } from './vocabulary'

test.each([
  'README.md',
  'next.config.ts',
  'app/[org]/usage/page.tsx',
  'app/[org]/usage/usage.e2e.ts',
  'app/[org]/actions.ts',
  'app/api/otlp/v1/logs/route.ts',
  'app/globals.css',
  'lib/money.ts',
  'lib/money.test.ts',
  'lib/usage/README.md',
  'lib/usage/price.ts',
  'lib/usage/commands.db.test.ts',
  'lib/testing/demo/plan.ts',
  'components/ui/button.tsx',
  'db/schema/index.ts',
  'db/schema/usage.ts',
  'db/columns.ts',
  '.ci/run',
])('%s has its place', (path) => {
  expect(findMisplaced([path])).toEqual([])
})

test.each([
  ['src/page.tsx', 'a room that there is not'],
  ['app/[org]/usage/cards.tsx', 'a component among the doors'],
  ['app/api/otlp/decode.ts', 'a rule among the doors'],
  ['lib/billing/commands.ts', 'a noun that is not in the array'],
  ['lib/usage/adapters/claude-code.ts', 'a folder in a noun'],
  ['lib/usage/Price.ts', 'capital letters'],
  ['lib/usage/utils.ts', 'a name that says nothing'],
  ['lib/usage/types.ts', 'a name that says nothing'],
  ['lib/helpers.ts', 'a name that says nothing'],
  ['components/hooks/theme.ts', 'a folder that says nothing'],
  ['lib/usage/index.ts', 'a barrel'],
  ['components/usage/index.ts', 'a barrel'],
  ['components/button.tsx', 'a component without a noun'],
  ['components/usage/cards/spend.tsx', 'a folder in a folder'],
  ['db/queries/usage.ts', 'queries beside the schema'],
])('%s is out of place: %s', (path) => {
  expect(findMisplaced([path]).map((misplaced) => misplaced.path)).toEqual([path])
})
