import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { removeMember } from '@/lib/members/commands'
import { makeMember, makeOrganization } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { addMonths, localDayAt, startOfLocalDay, wallClockText } from '@/lib/time'
import { createOrganization } from './commands'
import { parseSlug, parseTimeZone } from './organization'
import { listOrganizations } from './queries'
import { eventsFromAt } from './retention'

const database = useDatabase()
const context = database.at('2026-11-20T12:00:00Z')
const input = { name: 'Acme', slug: 'acme', timeZone: 'Europe/Berlin', operator: 'test' }

describe('an organization', () => {
  it('is made with everything that reading and receiving need, or not at all', async () => {
    const scope = await createOrganization(context, { ...input, name: ' Acme ', slug: 'whole' })
    expect(scope.organization).toMatchObject({
      slug: 'whole',
      name: 'Acme',
      timeZone: 'Europe/Berlin',
      retentionMonths: 25,
      memberVisibility: 'self',
    })
    expect(scope.organization.eventsFrom).toEqual(new Date('2024-10-17T22:00:00Z'))
    const [facts] = await context.db.execute(sql`
      select (select count(*)::int from freshness where org_id = ${scope.orgId}) as freshness,
        (select array_agg(action) from audit_entries where org_id = ${scope.orgId}) as actions`)
    expect(facts).toEqual({ freshness: 1, actions: ['organization.created'] })
  })

  it('has a slug that nobody else has, even when eight ask for it at once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => createOrganization(context, { ...input, slug: 'wanted' })),
    )
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(failed).toEqual(
      Array(7).fill(expect.objectContaining({ code: 'conflict', fields: { slug: 'Taken. Choose another.' } })),
    )
    const rows = await context.db.execute<{ org_id: string }>(sql`select org_id::text from organizations where slug = 'wanted'`)
    expect(rows).toHaveLength(1)
    // What the other seven had begun is gone with them.
    const [entries] = await context.db.execute(sql`
      select count(*)::int as strays from audit_entries a where not exists (select from organizations o where o.org_id = a.org_id)`)
    expect(entries).toEqual({ strays: 0 })
  })

  it.each([
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ slug: 'Acme' }, 'slug'],
    [{ slug: 'api' }, 'slug'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
  ])('with %j is refused, and the field at fault is named', async (wrong, field) => {
    const made = createOrganization(context, { ...input, slug: 'refused', ...wrong })
    await expect(made).rejects.toMatchObject({ code: 'invalid', fields: { [field]: expect.any(String) } })
  })

  it('is listed to its members alone, by name', async () => {
    const [ours, theirs] = [await makeOrganization(context), await makeOrganization(context)]
    const member = await makeMember(context, ours)
    await makeMember(context, theirs)
    expect(await listOrganizations(context, member.userId)).toEqual([{ slug: ours.slug, name: `Test ${ours.slug}` }])
    await removeMember(ours.scope, { userId: member.userId })
    expect(await listOrganizations(context, member.userId)).toEqual([])
  })
})

describe('a slug', () => {
  it.each(['ab', 'a1', '42', 'acme-labs', 'a--b', 'x'.repeat(40)])('may be %s', (slug) => expect(parseSlug(slug)).toBe(slug))

  it.each([
    '', 'a', '-ab', 'ab-', 'Ab', 'a_b', 'a.b', 'a/b', '..', 'ä-b', 'a b', 'ab\n', 'x'.repeat(41), 'api', 'sign-in', 'sign-out', 'join', 'preview',
    'operator', 'definitions', 'favicon', 'health',
  ])('may not be %j', (slug) => expect(() => parseSlug(slug)).toThrow(/slug/)) // prettier-ignore
})

describe('a time zone', () => {
  it.each([
    'Asia/Kolkata', 'Asia/Calcutta', 'Europe/Kyiv', 'America/Argentina/Buenos_Aires', 'Australia/Lord_Howe', 'UTC', 'Etc/GMT+5', 'US/Pacific', 'EST',
  ])('keeps the name that was chosen: %s', (name) => expect(parseTimeZone(name)).toBe(name)) // prettier-ignore

  it('is known however it is written, and called as the zone database calls it', () => {
    expect(['europe/berlin', 'EUROPE/BERLIN', ' Europe/Berlin ', 'utc'].map(parseTimeZone)).toEqual([
      'Europe/Berlin',
      'Europe/Berlin',
      'Europe/Berlin',
      'UTC',
    ])
  })

  it.each([
    '',
    'Mars/Olympus',
    'CEST',
    '+05:30',
    '-03:00',
    '+0530',
    'UTC+3',
    'Europe/Berlin; drop table days',
    'Europe\\Berlin',
    '../etc/passwd',
  ])('%j is none', (text) => expect(() => parseTimeZone(text)).toThrow(/There is no time zone/))

  it('is known to the database under every name that is accepted, and means the same there: a rollup’s day is the page’s day', async () => {
    const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'Asia/Kolkata', 'Europe/Kyiv', 'US/Pacific', 'Etc/GMT+5'].map(
      parseTimeZone,
    )
    // Years whose laws both know: what a country decides tomorrow reaches the database and this machine on different days.
    const instants = Array.from({ length: 36 }, (_, month) => Date.UTC(2022, month, 1 + ((month * 7) % 28), (month * 5) % 24, 15))
    const rows = await context.db.execute<{ zone: string; clocks: string[] }>(sql`
      select zone, array_agg(to_char(to_timestamp(at / 1000.0) at time zone zone, 'YYYY-MM-DD HH24:MI:SS') order by at) as clocks
      from unnest(${`{${zones.join(',')}}`}::text[]) zone, unnest(${`{${instants.join(',')}}`}::bigint[]) at group by zone`)
    expect(rows).toHaveLength(zones.length)
    const differing = rows.filter(({ zone, clocks }) =>
      clocks.some((text, index) => text !== wallClockText(new Date(instants[index] ?? 0), zone)),
    )
    expect(differing.map(({ zone }) => zone)).toEqual([])
  })
})

describe('what an organization keeps', () => {
  it('begins at a local day’s start, two days before the oldest request that is still accepted', () => {
    const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    const zone = fc.constantFrom(
      'UTC',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'America/Santiago',
      'Pacific/Kiritimati',
      'Etc/GMT+12',
    )
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 120 }), zone, (now, months, timeZone) => {
        const from = eventsFromAt(now, months, timeZone)
        const oldest = addMonths(now, -months)
        expect(startOfLocalDay(localDayAt(from, timeZone), timeZone)).toEqual(from)
        const aheadMs = oldest.getTime() - from.getTime()
        expect(aheadMs >= 47 * 3_600_000 && aheadMs <= 73 * 3_600_000).toBe(true)
      }),
      { numRuns: process.env['PROVE'] ? 3_000 : 200 },
    )
  })
})
