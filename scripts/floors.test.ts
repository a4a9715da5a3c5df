import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nouns } from './floors'

type Import = { from: string; to: string; isTypeOnly?: boolean }
type Answer = { exitCode: number; output: string }

/** Imports of a house in order: each of them is allowed. */
const allowed: Import[] = [
  { from: 'app/page.tsx', to: 'components/members/table.tsx' },
  { from: 'app/page.tsx', to: 'lib/members/commands.ts' },
  { from: 'app/page.tsx', to: 'lib/http/page.ts' },
  { from: 'components/members/table.tsx', to: 'components/ui/button.tsx' },
  { from: 'components/members/table.tsx', to: 'lib/members/seats.ts' },
  { from: 'components/members/table.tsx', to: 'lib/access/permissions.ts' },
  { from: 'components/ui/button.tsx', to: 'lib/errors.ts' },
  { from: 'components/charts/bar-canvas.tsx', to: '@tremor/react' },
  { from: 'lib/http/page.ts', to: 'db/client.ts' },
  { from: 'lib/http/page.ts', to: 'db/errors.ts' },
  { from: 'lib/organizations/queries.ts', to: 'db/errors.ts' },
  { from: 'lib/http/page.ts', to: 'next/navigation' },
  { from: 'lib/http/page.ts', to: 'lib/access/scope.ts' },
  { from: 'lib/members/commands.ts', to: 'lib/members/client.ts' },
  { from: 'lib/members/commands.ts', to: 'lib/organizations/queries.ts' },
  { from: 'lib/members/commands.ts', to: 'lib/access/scope.ts' },
  { from: 'lib/members/commands.ts', to: 'drizzle-orm' },
  { from: 'lib/members/seats.ts', to: 'lib/organizations/slug.ts' },
  { from: 'lib/members/seats.ts', to: 'node:crypto' },
  { from: 'lib/members/commands.db.test.ts', to: 'lib/testing/harness.ts' },
  { from: 'lib/organizations/queries.ts', to: 'db/schema/organizations.ts' },
  { from: 'lib/access/scope.ts', to: 'db/schema/organizations.ts' },
  { from: 'lib/access/scope.ts', to: 'lib/access/permissions.ts' },
  { from: 'lib/access/scope.ts', to: 'db/client.ts', isTypeOnly: true },
  { from: 'lib/testing/harness.ts', to: 'db/client.ts' },
  { from: 'db/client.ts', to: 'postgres' },
  { from: 'db/client.ts', to: 'db/schema/organizations.ts' },
  { from: 'db/schema/organizations.ts', to: 'db/columns.ts' },
  { from: 'scripts/demo.ts', to: 'lib/testing/harness.ts' },
]

/** Imports that each break the rule named beside them. */
const forbidden: (Import & { name: string; rule: string })[] = [
  ...nouns.slice(1).map((noun, index) => ({
    name: `${noun} imports the noun above it`,
    rule: `noun-${noun}-imports-upwards`,
    from: `lib/${noun}/commands.ts`,
    to: `lib/${nouns[index]}/queries.ts`,
  })),
  bad(
    'a noun imports the highest noun',
    'noun-organizations-imports-upwards',
    'lib/organizations/queries.ts',
    'lib/sources/queries.ts',
  ),
  badType(
    'a noun imports a higher noun for its types',
    'noun-usage-imports-upwards',
    'lib/usage/price.ts',
    'lib/members/seats.ts',
  ),
  bad('a component imports queries', 'room-components', 'components/usage/cards.tsx', 'lib/usage/queries.ts'),
  bad('a component imports commands', 'room-components', 'components/usage/cards.tsx', 'lib/usage/commands.ts'),
  bad('a component imports the scope', 'room-components', 'components/usage/cards.tsx', 'lib/access/scope.ts'),
  bad('a component imports a page', 'room-components', 'components/usage/cards.tsx', 'app/layout.tsx'),
  bad('a component imports the schema', 'room-components', 'components/usage/cards.tsx', 'db/schema/usage.ts'),
  bad('a component imports Drizzle', 'only-lib-and-db-know-the-database', 'components/usage/cards.tsx', 'drizzle-orm'),
  bad('a component reads the disk', 'pure-touches-no-world', 'components/usage/cards.tsx', 'node:fs'),
  bad('a building block knows a noun', 'building-blocks-know-no-noun', 'components/ui/card.tsx', 'lib/usage/measures.ts'),
  bad('a noun imports Next', 'only-http-knows-next', 'lib/usage/queries.ts', 'next/headers'),
  bad('a noun imports next-auth', 'only-http-knows-next', 'lib/usage/queries.ts', 'next-auth'),
  badType('the foundation imports Next for its types', 'only-http-knows-next', 'lib/routes.ts', 'next'),
  bad('the room that knows Next imports a noun', 'room-http', 'lib/http/page.ts', 'lib/members/queries.ts'),
  bad('the database imports the library', 'room-db', 'db/client.ts', 'lib/errors.ts'),
  bad('a pure file imports the schema', 'room-pure', 'lib/usage/price.ts', 'db/schema/usage.ts'),
  badType('a pure file imports the client for its types', 'room-pure', 'lib/usage/measures.ts', 'db/client.ts'),
  bad('a pure file imports its own queries', 'room-pure', 'lib/usage/price.ts', 'lib/usage/queries.ts'),
  bad('a pure file imports the scope', 'room-pure', 'lib/usage/price.ts', 'lib/access/scope.ts'),
  bad('a pure file imports Drizzle', 'only-lib-and-db-know-the-database', 'lib/usage/input.ts', 'drizzle-orm'),
  bad('a pure file reads the disk', 'pure-touches-no-world', 'lib/usage/price.ts', 'node:fs/promises'),
  bad('a pure file opens a connection', 'pure-touches-no-world', 'lib/usage/price.ts', 'node:net'),
  bad('a page imports the schema', 'room-app', 'app/page.tsx', 'db/schema/usage.ts'),
  bad('a page imports what talks to the network', 'room-app', 'app/page.tsx', 'lib/payments/client.ts'),
  bad(
    'a noun imports what talks to the network for another',
    'client-belongs-to-its-noun',
    'lib/invoices/commands.ts',
    'lib/payments/client.ts',
  ),
  bad('queries import commands', 'queries-do-not-write', 'lib/usage/queries.ts', 'lib/usage/commands.ts'),
  bad('access opens a connection', 'handle-by-type-only', 'lib/access/keys.ts', 'db/client.ts'),
  bad('a noun opens a connection', 'handle-by-type-only', 'lib/usage/commands.ts', 'db/client.ts'),
  bad('a noun migrates', 'room-noun', 'lib/usage/commands.ts', 'db/migrate.ts'),
  bad('access imports a noun', 'room-access', 'lib/access/scope.ts', 'lib/members/queries.ts'),
  bad('the audit log imports a noun', 'room-access', 'lib/audit/write.ts', 'lib/members/queries.ts'),
  bad('the foundation imports a noun', 'room-foundation', 'lib/money.ts', 'lib/usage/measures.ts'),
  bad('the page loads the chart library', 'chart-library-in-canvases-only', 'components/charts/chart.tsx', '@tremor/react'),
  bad(
    'a canvas comes with the page',
    'canvases-come-after-the-page',
    'components/charts/chart.tsx',
    'components/charts/bar-canvas.tsx',
  ),
  bad('shipped code imports the harness', 'shipped-code-imports-no-test', 'lib/usage/commands.ts', 'lib/testing/harness.ts'),
  bad('shipped code imports a test', 'shipped-code-imports-no-test', 'lib/usage/commands.ts', 'lib/usage/price.test.ts'),
  bad(
    'shipped code needs a development package',
    'shipped-code-needs-no-development-package',
    'lib/usage/commands.ts',
    'fast-check',
  ),
  bad('two files in a circle', 'no-cycles', 'lib/credits/grants.ts', 'lib/credits/ledger.ts'),
  bad('a tool enters by a page', 'tools-enter-by-the-library', 'scripts/demo.ts', 'app/page.tsx'),
  bad('the client file leans on the library', 'client-file-stands-alone', 'cli/outlay.ts', 'lib/errors.ts'),
  bad('the library imports a component', 'library-stands-on-its-own', 'lib/usage/queries.ts', 'components/ui/card.tsx'),
  bad('the harness imports a page', 'library-stands-on-its-own', 'lib/testing/harness.ts', 'app/page.tsx'),
]

/** Closes the circle of the case above it; a circle is reported at one of its imports. */
const wayBack: Import = { from: 'lib/credits/ledger.ts', to: 'lib/credits/grants.ts' }

const roots: string[] = []
let inOrder: Answer
let broken: Answer

beforeAll(async () => {
  // One after the other: dependency-cruiser keeps what it resolved for as long as its process lives, so each house gets its own.
  inOrder = await checkFloors(await buildHouse(allowed))
  broken = await checkFloors(await buildHouse([...forbidden, wayBack]))
})

afterAll(async () => {
  await Promise.all(roots.map((root) => rm(root, { recursive: true, force: true })))
})

test('a house in order breaks no rule', () => {
  expect(inOrder.output).toContain('0 broken import rules')
  expect(inOrder.exitCode).toBe(0)
})

describe('every rule bites', () => {
  test('a broken house ends the check with an error', () => {
    expect(broken.exitCode).toBe(1)
  })

  test.each(forbidden)('$name', ({ rule, from, to }) => {
    const lines = broken.output.split('\n').filter((line) => line.startsWith(`${rule}: ${from} → `))
    expect(lines.map((line) => line.split(' → ')[1])).toContainEqual(expect.stringContaining(to.replace('node:', '')))
  })
})

test('a check that saw no module is no check', async () => {
  const answer = await checkFloors(await buildHouse([]))
  expect(answer.exitCode).toBe(1)
  expect(answer.output).toContain('nothing was proven')
}, 120_000)

test('an import that leads nowhere is an error', async () => {
  const root = await buildHouse(allowed)
  await writeFile(join(root, 'lib/time.ts'), "export { nothing } from './missing'\n")
  const answer = await checkFloors(root)
  expect(answer.output).toContain('no-dead-ends: lib/time.ts')
}, 120_000)

function bad(name: string, rule: string, from: string, to: string) {
  return { name, rule, from, to }
}

function badType(name: string, rule: string, from: string, to: string) {
  return { name, rule, from, to, isTypeOnly: true }
}

/** Writes a small tree that holds these imports and nothing else. */
async function buildHouse(imports: readonly Import[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'outlay-floors-'))
  roots.push(root)
  const compilerOptions = { module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx', paths: { '@/*': ['./*'] } }
  const texts = new Map<string, string>([
    ['tsconfig.json', JSON.stringify({ compilerOptions, files: ['house.config.ts'] })],
    ['house.config.ts', 'export {}\n'],
  ])
  const isOurs = (path: string) => /\.tsx?$/.test(path)
  for (const path of imports.flatMap(({ from, to }) => [from, to]).filter(isOurs)) texts.set(path, `export const value = 1\n`)
  for (const { from, to, isTypeOnly } of imports) {
    const specifier = isOurs(to) ? `@/${to.replace(/\.tsx?$/, '')}` : to
    const line = isTypeOnly
      ? `import type * as Types from '${specifier}'\nexport type { Types }\n`
      : `export * from '${specifier}'\n`
    texts.set(from, (texts.get(from) ?? '') + line)
  }
  for (const [path, text] of texts) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  await symlink(join(process.cwd(), 'package.json'), join(root, 'package.json'))
  await symlink(join(process.cwd(), 'node_modules'), join(root, 'node_modules'))
  return root
}

/** Runs the very command that `npm run check` runs. */
function checkFloors(root: string): Promise<Answer> {
  return new Promise((resolve) => {
    const command = join(process.cwd(), 'scripts/check-floors.ts')
    execFile(process.execPath, ['--import', 'tsx', command], { cwd: root }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? 1 : 0, output: stdout + stderr })
    })
  })
}
