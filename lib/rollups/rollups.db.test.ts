import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { recordRequests } from '@/lib/usage/commands'
import { makeIngestScope, makeMember, makeOrganization, makeRequest } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { countActiveUsers, keepPartitions, rebuildRollups, rollUp, stampHourly } from './commands'
import { verifyRollups } from './queries'

const database = useDatabase()
const now = '2026-11-20T12:00:00Z'

async function expectExact(orgId: number) {
  const { differences, openHours } = await verifyRollups(database.at(now), orgId)
  expect(openHours).toBe(0)
  expect(differences.filter(({ missing, surplus }) => missing + surplus > 0)).toEqual([])
  expect(differences.some(({ rows }) => rows > 0)).toBe(true)
}

/** Deterministic numbers below a bound: a small linear congruential generator. */
function numbers(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

describe('rollUp', () => {
  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Santiago'])(
    'equals the events in every table, late ones and resends included, in %s',
    async (timeZone) => {
      const context = database.at(now)
      const organization = await makeOrganization(context, { timeZone })
      const members = await Promise.all([makeMember(context, organization), makeMember(context, organization)])
      const keys = await Promise.all(members.map(({ userId }) => makeIngestScope(context, organization, userId)))
      const shared = await makeIngestScope(context, organization)
      const next = numbers(timeZone.length)
      // Around the changes of clocks of both hemispheres, and the present.
      const times = ['2026-03-29', '2026-04-04', '2026-09-05', '2026-10-03', '2026-10-25', '2026-11-19']
      const requests = Array.from({ length: 600 }, (_, index) =>
        makeRequest({
          key: { kind: 'id', id: `r${index}` },
          tool: index % 3 === 0 ? 'claude-code' : 'api',
          occurredAtMs: Date.parse(`${times[next(times.length)]}T00:00:00Z`) + next(36 * 3_600_000),
          model: ['a', 'b', 'c'][next(3)] ?? 'a',
          project: ['', 'one', 'two'][next(3)] ?? '',
          outcome: next(10) === 0 ? 'failed' : 'ok',
          costNanos: next(4) === 0 ? null : BigInt(next(1_000_000)),
          claim: next(3) === 0 ? null : { namespace: 'email', value: `p${next(4)}@people.example` },
        }),
      ).filter(({ occurredAtMs }) => occurredAtMs <= context.now.getTime())
      for (let start = 0; start < requests.length; start += 100) {
        const scope = [keys[0]?.scope, keys[1]?.scope, shared.scope][(start / 100) % 3] ?? shared.scope
        const batch = requests.slice(start, start + 100)
        const first = await recordRequests(scope, batch)
        expect(first.every(({ status }) => status === 'stored')).toBe(true)
        if (start % 200 === 0) await rollUp(context, { hoursMax: 7, orgId: organization.orgId })
        const again = await recordRequests(scope, batch)
        expect(again.every(({ status }) => status === 'duplicate')).toBe(true)
      }
      const run = await rollUp(context)
      expect(run.remaining).toBe(0)
      await expectExact(organization.orgId)

      const [stored] = await database.db.execute<{ events: number }>(
        sql`select count(*)::int as events from usage_events where org_id = ${organization.orgId}`,
      )
      expect(stored?.events).toBe(requests.length)

      await database.db.execute(sql`delete from days where org_id = ${organization.orgId}`)
      await database.db.execute(sql`update usage_hours set requests = requests + 1 where org_id = ${organization.orgId}`)
      const broken = await verifyRollups(context, organization.orgId)
      expect(broken.differences.filter(({ missing, surplus }) => missing + surplus > 0).map(({ table }) => table)).toEqual([
        'usage_hours',
        'days',
      ])
      await rebuildRollups(context, organization.orgId)
      await expectExact(organization.orgId)
    },
  )

  it('leaves a mark that commits during a run to the next run', async () => {
    const context = database.at(now)
    const organization = await makeOrganization(context)
    const { scope } = await makeIngestScope(context, organization)
    await recordRequests(scope, [makeRequest()])
    expect((await rollUp(context, { hoursMax: 10, orgId: organization.orgId })).hours).toBe(1)
    expect((await rollUp(context, { hoursMax: 10, orgId: organization.orgId })).hours).toBe(0)
    await recordRequests(scope, [makeRequest()])
    expect((await rollUp(context, { hoursMax: 10, orgId: organization.orgId })).hours).toBe(1)
    await expectExact(organization.orgId)
  })

  it('stores nothing but the mark of its own organization', async () => {
    const context = database.at(now)
    const [ours, theirs] = [await makeOrganization(context), await makeOrganization(context)]
    const { scope } = await makeIngestScope(context, ours)
    await recordRequests(scope, [makeRequest()])
    await rollUp(context)
    const rows = await database.db.execute(sql`select 1 from days where org_id = ${theirs.orgId}`)
    expect(rows).toHaveLength(0)
  })
})

describe('countActiveUsers', () => {
  it('counts a person with two identities once, over days, weeks and months, and again after a late event', async () => {
    const context = database.at(now)
    const organization = await makeOrganization(context)
    const member = await makeMember(context, organization)
    const own = await makeIngestScope(context, organization, member.userId)
    const shared = await makeIngestScope(context, organization)
    const at = (day: string) => Date.parse(`${day}T08:00:00Z`)
    await recordRequests(own.scope, [makeRequest({ occurredAtMs: at('2026-11-18'), client: 'cli' })])
    await recordRequests(shared.scope, [
      makeRequest({ occurredAtMs: at('2026-11-18'), client: 'ide', claim: { namespace: 'email', value: member.email } }),
      makeRequest({ occurredAtMs: at('2026-11-18'), client: 'ide', claim: { namespace: 'email', value: 'x@people.example' } }),
      makeRequest({ occurredAtMs: at('2026-11-18'), client: 'ide', claim: null }),
      makeRequest({
        occurredAtMs: at('2026-11-18'),
        client: 'ide',
        outcome: 'failed',
        claim: { namespace: 'email', value: 'y@people.example' },
      }),
    ])
    await countActiveUsers(context)
    const total = async (day: string, windowDays: number) => {
      const [row] = await database.db.execute<{ users: number }>(sql`
        select users::int from active_counts where org_id = ${organization.orgId} and utc_day = ${day}::date
          and window_days = ${windowDays} and client_id = -1 and tier_id = -1 and language_id = -1`)
      return row?.users ?? null
    }
    expect(await total('2026-11-18', 1)).toBe(2)
    expect(await total('2026-11-19', 1)).toBe(0)
    expect(await total('2026-11-19', 7)).toBe(2)
    expect(await total('2026-11-20', 1)).toBe(null)
    const byClient = await database.db.execute<{ users: number }>(sql`
      select users::int from active_counts where org_id = ${organization.orgId} and utc_day = '2026-11-18' and window_days = 1
        and client_id > 0 and tier_id = -1 and language_id = -1 order by users`)
    expect(byClient.map(({ users }) => users)).toEqual([1, 2])

    await recordRequests(shared.scope, [
      makeRequest({ occurredAtMs: at('2026-11-01'), claim: { namespace: 'email', value: 'z@people.example' } }),
    ])
    await countActiveUsers(context)
    expect(await total('2026-11-19', 30)).toBe(3)
    expect(await total('2026-11-19', 7)).toBe(2)
  })
})

describe('the other runs', () => {
  it('stamp the hour that has ended', async () => {
    const context = database.at(now)
    const organization = await makeOrganization(context)
    expect(await stampHourly(context)).toEqual({ asOf: new Date('2026-11-20T12:00:00Z') })
    const [row] = await database.db.execute<{ at: string }>(
      sql`select hourly_as_of::text as at from freshness where org_id = ${organization.orgId}`,
    )
    expect(row?.at).toBe('2026-11-20 12:00:00+00')
  })

  it('seal what is past retention: day rows stay, hours and events go, the sums do not change', async () => {
    const context = database.at(now)
    const organization = await makeOrganization(context, { timeZone: 'Asia/Kolkata' })
    const { scope } = await makeIngestScope(context, organization)
    await recordRequests(scope, [
      makeRequest({ occurredAtMs: Date.parse('2025-01-10T10:00:00Z') }),
      makeRequest({ occurredAtMs: Date.parse('2026-11-10T10:00:00Z') }),
    ])
    await rollUp(context)
    await database.db.execute(sql`update organizations set retention_months = 12 where org_id = ${organization.orgId}`)
    await keepPartitions({ ...context, owner: database.owner })
    const [sums] = await database.db.execute<{ sealed: number; live: number; events: number; hours: number }>(sql`
      select (select sum(requests) from days where org_id = ${organization.orgId} and generation = 0)::int as sealed,
        (select sum(requests) from days where org_id = ${organization.orgId} and generation = 1)::int as live,
        (select count(*) from usage_events where org_id = ${organization.orgId})::int as events,
        (select count(*) from usage_hours where org_id = ${organization.orgId})::int as hours`)
    expect(sums).toEqual({ sealed: 1, live: 1, events: 1, hours: 1 })
    await expectExact(organization.orgId)
  })
})
