import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { findKey } from '@/lib/access/keys'
import { createOrganization } from '@/lib/organizations/commands'
import { fillDemo } from './demo'
import { generateBatches } from './demo/batches'
import { demoSeed, planDemo } from './demo/plan'
import { useDatabase } from './harness'

const today = new Date('2026-11-20T11:00:00Z')
const keySecret = 'a secret of this test alone, long enough'
const batches = [...generateBatches(planDemo({ seed: demoSeed, today, size: 'small' }))]
const requestCount = batches.reduce((sum, { count }) => sum + count, 0)

describe('a filled demo', () => {
  const database = useDatabase()
  const fill = (at: Date, onProgress?: (line: string) => void) =>
    fillDemo({ databaseUrl: database.url, keySecret, today: at, size: 'small', onProgress })
  const count = async (statement: string) => Number((await database.db.execute<{ count: string }>(sql.raw(statement)))[0]?.count)

  test('holds every request once, counted, with everyone in their place', async () => {
    const lines: string[] = []
    const manifest = await fill(today, (line) => lines.push(line))
    expect(lines.length).toBeGreaterThan(3)
    expect(manifest.organizations.map(({ people }) => people.map(({ role }) => role))).toEqual(
      Array.from({ length: 3 }, () => ['owner', 'admin', 'billing', 'member']),
    )
    expect(await count('select count(*) from usage_events')).toBe(requestCount)
    expect(await count('select sum(requests + failed_requests) as count from days')).toBe(requestCount)
    expect(await count('select count(*) from dirty_hours')).toBe(0)
    expect(await count('select count(*) from rejections')).toBe(0)
    expect(await count('select count(*) from active_counts')).toBeGreaterThan(100)
    expect(await count('select count(*) from memberships where removed_at is null')).toBe(24)
    expect(await count('select count(*) from memberships where removed_at is not null')).toBe(2)
    expect(await count("select count(*) from identities where namespace = 'member' and person_id is null")).toBe(0)
    expect(await count("select count(*) from identities where namespace = 'email' and person_id is null")).toBe(1)
    expect(await count('select count(*) from keys where last_used_at is not null')).toBeGreaterThan(15)
    const roles = await database.db.execute<{ email: string; role: string; slug: string }>(
      sql`select u.email, m.role, o.slug from memberships m join users u using (user_id) join organizations o using (org_id) where m.removed_at is null order by 1, 3`,
    )
    for (const { slug, people } of manifest.organizations) {
      for (const { email, role } of people) expect(roles).toContainEqual({ email, role, slug })
    }
  }, 120_000)

  test('is left as it is by a later start, which answers the same manifest', async () => {
    const before = await count('select count(*) from audit_entries')
    const [first, second] = [await fill(new Date('2026-12-24T09:00:00Z')), await fill(today)]
    expect(first).toEqual(second)
    expect(await count('select count(*) from usage_events')).toBe(requestCount)
    expect(await count('select count(*) from audit_entries')).toBe(before)
  }, 60_000)

  test('gives keys that work, different ones under another secret', async () => {
    const manifest = await fill(today)
    for (const { slug, ingestKey } of manifest.organizations) {
      const key = await findKey(database.at(today), ingestKey)
      expect(key).toMatchObject({ userId: null, organization: { slug } })
    }
    const texts = manifest.organizations.map(({ ingestKey }) => ingestKey)
    expect(new Set(texts).size).toBe(3)
  }, 60_000)

  test('tells its past in order, in the audit log', async () => {
    const entries = await database.db.execute<{ org: string; at: string; action: string }>(
      sql`select org_id::text as org, at::text as at, action from audit_entries order by org_id, serial`,
    )
    for (const [index, entry] of entries.entries()) {
      const previous = entries[index - 1]
      if (previous?.org === entry.org && entry.action !== 'key.created')
        expect(entry.at >= previous.at || previous.action === 'key.created').toBe(true)
    }
    expect(new Set(entries.map(({ action }) => action))).toEqual(
      new Set(['organization.created', 'member.added', 'member.removed', 'key.created']),
    )
  })
})

describe('an interrupted fill', () => {
  const database = useDatabase()

  test('is gone on with later, for the same present, and nothing counts twice', async () => {
    const fill = (at: Date, onProgress?: (line: string) => void) =>
      fillDemo({ databaseUrl: database.url, keySecret, today: at, size: 'small', onProgress })
    const interrupted = fill(today, (line) => {
      if (line.includes(' 60 %')) throw new Error('pulled the plug')
    })
    await expect(interrupted).rejects.toThrow('pulled the plug')
    await fill(new Date('2026-11-22T16:30:00Z'))
    const [row] = await database.db.execute<{ events: string; counted: string }>(
      sql`select (select count(*) from usage_events) as events, (select sum(requests + failed_requests) from days) as counted`,
    )
    expect(row).toEqual({ events: String(requestCount), counted: String(requestCount) })
  }, 120_000)
})

describe('somebody’s database', () => {
  const database = useDatabase()

  test('is refused, and nothing is written to it', async () => {
    await createOrganization(database.at(today), { name: 'Real work', slug: 'real-work', timeZone: 'UTC', operator: 'test' })
    await expect(fillDemo({ databaseUrl: database.url, keySecret, today, size: 'small' })).rejects.toThrow(
      /real-work.*empty database/,
    )
    const [row] = await database.db.execute<{ count: string }>(sql`select count(*) from organizations`)
    expect(row?.count).toBe('1')
  })
})
