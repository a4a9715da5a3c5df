import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  engines: z.object({ node: z.string() }),
})
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), optionalDependencies: z.record(z.string(), z.string()).optional() }),
  ),
})

const manifest = manifestSchema.parse(JSON.parse(readFileSync('package.json', 'utf8')))
const lock = lockSchema.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))
const pinned = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })

/** The lowest versions without a known hole, and why: every copy that is installed has to be at least that. */
const floors: [name: string, floor: string, why: string][] = [
  ['next', '16.4.2', 'middleware bypasses, server-action CSRF and cache poisoning were fixed up to here'],
  ['react', '19.2.1', 'remote code execution in React Server Components (CVE-2025-55182)'],
  ['next-auth', '4.24.15', 'homoglyph e-mails, a crash on a malformed bearer, checks not bound to the provider'],
  ['postgres', '3.4.9', 'the patch in patches/ is made for it'],
]

/** The highest versions that work here, and why. */
const ceilings: [name: string, below: string, why: string][] = [
  ['typescript', '6.1.0', 'dependency-cruiser reads no module with 7 and reports no violation; typescript-eslint stops at 6.1'],
  ['dependency-cruiser', '17.4.4', 'later ones need Node 22'],
]

describe('packages are pinned', () => {
  test('there are packages to look at', () => {
    expect(pinned.length).toBeGreaterThan(20)
    expect(Object.keys(lock.packages).length).toBeGreaterThan(pinned.length)
  })

  test.each(pinned)('%s is an exact version, and the locked one', (name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/)
    expect(lock.packages[`node_modules/${name}`]?.version).toBe(version)
  })

  test('npm ci takes the lock file on every platform: what is wanted elsewhere is in it too (npm run lock)', () => {
    const wanted = Object.values(lock.packages).flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
    expect(wanted.length).toBeGreaterThan(20)
    expect(wanted.filter((name) => !lock.packages[`node_modules/${name}`])).toEqual([])
  })

  test('Node is asked for at the lowest version that all of them run on', () => {
    expect(manifest.engines.node).toBe('>=20.19')
  })
})

describe('known holes stay closed', () => {
  test.each(floors)('%s is at least %s: %s', (name, floor) => {
    expect(installed(name).length).toBeGreaterThan(0)
    for (const version of installed(name)) expect(compareVersions(version, floor)).toBeGreaterThanOrEqual(0)
  })

  test.each(ceilings)('%s is below %s: %s', (name, ceiling) => {
    expect(installed(name).length).toBeGreaterThan(0)
    for (const version of installed(name)) expect(compareVersions(version, ceiling)).toBeLessThan(0)
  })

  test('the two that face the network are among what was looked at', () => {
    expect(installed('next')).toHaveLength(1)
    expect(installed('next-auth')).toHaveLength(1)
  })
})

test('versions are compared by number, not by letter', () => {
  expect(compareVersions('16.10.0', '16.4.2')).toBeGreaterThan(0)
  expect(compareVersions('4.24.9', '4.24.15')).toBeLessThan(0)
  expect(compareVersions('16.4.2', '16.4.2')).toBe(0)
})

/** Every version of a package in the lock file, however deep it is installed. */
function installed(name: string): string[] {
  return Object.entries(lock.packages).flatMap(([path, { version }]) =>
    path.endsWith(`node_modules/${name}`) && version !== undefined ? [version] : [],
  )
}

function compareVersions(a: string, b: string): number {
  const numbers = (version: string) => version.split('-')[0]?.split('.').map(Number) ?? []
  const [left, right] = [numbers(a), numbers(b)]
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
