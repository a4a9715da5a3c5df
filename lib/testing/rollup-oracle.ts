import type { Sql } from 'postgres'
import { costKinds, outcomes } from '@/db/enums'
import { wallClockText } from '@/lib/time'

/**
 * What the rollup tables must hold, counted from the stored events one by one in plain JavaScript: no statement, and no idea, is
 * shared with the product's own rollups, so that a mistake in those cannot hide here.
 */
export type Rollups = Map<string, string[]>

/** A stored event, as far as rollups know it. */
export type StoredEvent = {
  eventId: string
  atMs: number
  outcome: number
  costKind: number
  costNanos: bigint
  creditsMicrocredits: bigint
  tokens: { uncached: number; cacheRead: number; cacheWrite: number; output: number; reasoning: number }
  ids: Record<Dimension, string>
}

const dimensions = [
  'identity_id',
  'profile_id',
  'model_id',
  'provider_id',
  'client_id',
  'project_id',
  'language_id',
  'mode_id',
  'tier_id',
  'settles',
] as const
type Dimension = (typeof dimensions)[number]

const measures = [
  'requests',
  'failed_requests',
  'priced_requests',
  'unpriced_requests',
  'uncached_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'metered_nanos',
  'estimated_nanos',
  'priced_nanos',
  'credits_microcredits',
] as const

type Key = Dimension | 'hour' | 'day' | 'month'

/** Every table that is made from events by local hour, day or month: its key after organization and generation. */
const tables: { name: string; keys: readonly Key[]; withPeople?: boolean; extra?: readonly Key[] }[] = [
  { name: 'usage_hours', keys: ['hour', ...dimensions], extra: ['day'] },
  { name: 'org_hours', keys: ['hour'], extra: ['day'] },
  { name: 'days', keys: ['day'], withPeople: true },
  { name: 'day_models', keys: ['day', 'model_id'], withPeople: true },
  { name: 'day_projects', keys: ['day', 'project_id'], withPeople: true },
  { name: 'day_languages', keys: ['day', 'language_id'], withPeople: true },
  { name: 'day_providers', keys: ['day', 'provider_id'], withPeople: true },
  { name: 'day_clients', keys: ['day', 'client_id', 'tier_id'], withPeople: true },
  { name: 'day_identities', keys: ['day', 'identity_id'] },
  { name: 'month_identities', keys: ['month', 'identity_id'] },
  { name: 'identity_days', keys: ['identity_id', 'day', 'model_id', 'client_id', 'project_id'] },
]

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const windows = [1, 7, 30]

const offsets = new Map<string, number>()

/** How far the wall clock of a zone is ahead of UTC at an instant. */
export function offsetMs(atMs: number, timeZone: string): number {
  const minute = Math.floor(atMs / 60_000) * 60_000
  const key = `${timeZone} ${minute}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const offset = Date.parse(`${wallClockText(new Date(minute), timeZone).replace(' ', 'T')}Z`) - minute
  offsets.set(key, offset)
  return offset
}

/** The local hour that an instant falls into, as the instant at which the wall clock began it. */
function localHour(atMs: number, timeZone: string): number {
  const offset = offsetMs(atMs, timeZone)
  return Math.floor((atMs + offset) / hourMs) * hourMs - offset
}

const localDay = (hour: number, timeZone: string) => new Date(hour + offsetMs(hour, timeZone)).toISOString().slice(0, 10)
const utcDay = (atMs: number) => new Date(atMs).toISOString().slice(0, 10)

/** All stored events of an organization. */
export async function readEvents(sql: Sql, orgId: number): Promise<StoredEvent[]> {
  const rows = await sql.unsafe<Record<string, string>[]>(
    `select event_id::text, (extract(epoch from occurred_at) * 1000)::bigint::text as at_ms, outcome::text, cost_kind::text, cost_nanos::text,
       coalesce(credits_microcredits, 0)::text as credits, uncached_tokens::text, cache_read_tokens::text,
       cache_write_5m_tokens::text, cache_write_1h_tokens::text, output_tokens::text, reasoning_tokens::text,
       ${dimensions.map((name) => `${name}::text`).join(', ')}
     from usage_events where org_id = ${orgId}`,
  )
  return rows.map((row) => {
    const text = (name: string) => row[name] ?? ''
    return {
      eventId: text('event_id'),
      atMs: Number(text('at_ms')),
      outcome: Number(text('outcome')),
      costKind: Number(text('cost_kind')),
      costNanos: BigInt(text('cost_nanos')),
      creditsMicrocredits: BigInt(text('credits')),
      tokens: {
        uncached: Number(text('uncached_tokens')),
        cacheRead: Number(text('cache_read_tokens')),
        cacheWrite: Number(text('cache_write_5m_tokens')) + Number(text('cache_write_1h_tokens')),
        output: Number(text('output_tokens')),
        reasoning: Number(text('reasoning_tokens')),
      },
      ids: {
        identity_id: text('identity_id'),
        profile_id: text('profile_id'),
        model_id: text('model_id'),
        provider_id: text('provider_id'),
        client_id: text('client_id'),
        project_id: text('project_id'),
        language_id: text('language_id'),
        mode_id: text('mode_id'),
        tier_id: text('tier_id'),
        settles: text('settles'),
      },
    }
  })
}

/** Whom each identity counts as. */
async function readPeople(sql: Sql, orgId: number): Promise<Map<string, string>> {
  const rows = await sql.unsafe<{ id: string; person: string }[]>(
    `select identity_id::text as id, coalesce(person_id::text, identity_id::text) as person from identities where org_id = ${orgId}`,
  )
  return new Map(rows.map(({ id, person }) => [id, person]))
}

type Sum = Record<(typeof measures)[number], bigint>

function add(sum: Sum, event: StoredEvent): void {
  const isOk = event.outcome === outcomes.ok
  const isPriced = event.costKind !== costKinds.unpriced
  sum.requests += isOk ? 1n : 0n
  sum.failed_requests += isOk ? 0n : 1n
  sum.priced_requests += isOk && isPriced ? 1n : 0n
  sum.unpriced_requests += isPriced ? 0n : 1n
  sum.uncached_tokens += BigInt(event.tokens.uncached)
  sum.cache_read_tokens += BigInt(event.tokens.cacheRead)
  sum.cache_write_tokens += BigInt(event.tokens.cacheWrite)
  sum.output_tokens += BigInt(event.tokens.output)
  sum.reasoning_tokens += BigInt(event.tokens.reasoning)
  sum.metered_nanos += event.costKind === costKinds.metered ? event.costNanos : 0n
  sum.estimated_nanos += event.costKind === costKinds.estimated ? event.costNanos : 0n
  sum.priced_nanos += isOk && isPriced ? event.costNanos : 0n
  sum.credits_microcredits += event.creditsMicrocredits
}

function emptySum(): Sum {
  return {
    requests: 0n,
    failed_requests: 0n,
    priced_requests: 0n,
    unpriced_requests: 0n,
    uncached_tokens: 0n,
    cache_read_tokens: 0n,
    cache_write_tokens: 0n,
    output_tokens: 0n,
    reasoning_tokens: 0n,
    metered_nanos: 0n,
    estimated_nanos: 0n,
    priced_nanos: 0n,
    credits_microcredits: 0n,
  }
}

/** A set of identities as PostgreSQL writes it: identity n is the n-th bit. */
function bitsOf(ids: Iterable<string>): string {
  const numbers = [...ids].map(Number)
  if (numbers.length === 0) return ''
  const set = new Set(numbers)
  return Array.from({ length: Math.max(...numbers) + 1 }, (_, index) => (set.has(index) ? '1' : '0')).join('')
}

type Group = { sum: Sum; identities: Set<string> }

/** What the tables by local hour, day and month must hold of these events. */
function expectedRollups(events: readonly StoredEvent[], people: ReadonlyMap<string, string>, timeZone: string): Rollups {
  const groups = new Map(tables.map(({ name }) => [name, new Map<string, Group>()]))
  for (const event of events) {
    const hour = localHour(event.atMs, timeZone)
    const day = localDay(hour, timeZone)
    const values: Record<Key, string> = {
      ...event.ids,
      hour: new Date(hour).toISOString(),
      day,
      month: `${day.slice(0, 7)}-01`,
    }
    for (const { name, keys, extra = [] } of tables) {
      const key = [...keys, ...extra].map((each) => values[each]).join('|')
      const table = groups.get(name)
      const group = table?.get(key) ?? { sum: emptySum(), identities: new Set() }
      table?.set(key, group)
      add(group.sum, event)
      if (event.outcome === outcomes.ok && event.ids.identity_id !== '0') group.identities.add(event.ids.identity_id)
    }
  }
  return new Map(
    tables.map(({ name, withPeople }) => [
      name,
      [...(groups.get(name) ?? [])]
        .map(([key, { sum, identities }]) => {
          const counted = withPeople ? [new Set([...identities].map((id) => people.get(id) ?? id)).size, bitsOf(identities)] : []
          return [key, ...measures.map((measure) => sum[measure]), ...counted].join('|')
        })
        .sort(),
    ]),
  )
}

/** What the tables by local hour, day and month hold. */
async function readRollups(sql: Sql, orgId: number, generation: number): Promise<Rollups> {
  const found: Rollups = new Map()
  for (const { name, keys, withPeople, extra = [] } of tables) {
    const columns = [...keys, ...extra].map((key) =>
      key === 'hour' ? `to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` : `${key}::text`,
    )
    const all = [
      ...columns,
      ...measures.map((measure) => `${measure}::text`),
      ...(withPeople ? ['users::text', 'identities::text'] : []),
    ]
    const rows = await sql.unsafe<{ row: string }[]>(
      `select concat_ws('|', ${all.join(', ')}) as row from ${name} where org_id = ${orgId} and generation = ${generation}`,
    )
    found.set(name, rows.map(({ row }) => row).sort())
  }
  return found
}

/** The lines in which two sets of rollups differ: `table - expected` and `table + found`. */
function differences(expected: Rollups, found: Rollups, isChecked: (table: string, row: string) => boolean): string[] {
  return [...expected].flatMap(([name, rows]) => {
    const there = new Set(found.get(name))
    const wanted = new Set(rows)
    return [
      ...rows.filter((row) => !there.has(row) && isChecked(name, row)).map((row) => `${name} - ${row}`),
      ...[...there].filter((row) => !wanted.has(row) && isChecked(name, row)).map((row) => `${name} + ${row}`),
    ]
  })
}

type Organization = { orgId: number; generation: number; timeZone: string }

/** Every way in which the rollups of an organization differ from its events, at one instant of the database. */
export async function findDifferences(sql: Sql, organization: Organization): Promise<string[]> {
  return inSnapshot(sql, async (on) => {
    const events = await readEvents(on, organization.orgId)
    const expected = expectedRollups(events, await readPeople(on, organization.orgId), organization.timeZone)
    return differences(expected, await readRollups(on, organization.orgId, organization.generation), () => true)
  })
}

/**
 * The invariant that makes the rollups exact, at one instant of the database, with ingest and runs going on: *a committed mark for
 * an hour exists, or its buckets equal their committed events*. Answers what breaks it.
 */
export async function findUnmarkedDifferences(sql: Sql, organization: Organization): Promise<string[]> {
  const { orgId, generation, timeZone } = organization
  return inSnapshot(sql, async (on) => {
    const marks = await on.unsafe<{ hour: string }[]>(
      `select distinct to_char(utc_hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as hour from dirty_hours where org_id = ${orgId}`,
    )
    const stale = new Set<string>()
    for (const { hour } of marks) {
      for (let minute = 0; minute < 60; minute++) {
        const bucket = localHour(Date.parse(hour) + minute * 60_000, timeZone)
        const day = localDay(bucket, timeZone)
        stale
          .add(new Date(bucket).toISOString())
          .add(day)
          .add(`month ${day.slice(0, 7)}-01`)
      }
    }
    const isFresh = (table: string, row: string) => {
      const parts = row.split('|')
      const period = table === 'identity_days' ? parts[1] : table === 'month_identities' ? `month ${parts[0]}` : parts[0]
      return !stale.has(period ?? '')
    }
    const events = await readEvents(on, orgId)
    const expected = expectedRollups(events, await readPeople(on, orgId), timeZone)
    return differences(expected, await readRollups(on, orgId, generation), isFresh)
  })
}

/**
 * Every way in which the active users differ from the events: who was active on each UTC day, and the distinct people of 1, 7 and 30
 * days for every client, tier and language and over all of them (−1), for the days from the first event to `endDay` (exclusive).
 */
export async function findActiveDifferences(sql: Sql, orgId: number, endDay: string): Promise<string[]> {
  return inSnapshot(sql, async (on) => {
    const people = await readPeople(on, orgId)
    const active = (await readEvents(on, orgId)).filter(({ outcome, ids }) => outcome === outcomes.ok && ids.identity_id !== '0')
    const wantedDays = new Map<string, Set<string>>()
    for (const { atMs, ids } of active) {
      const key = [utcDay(atMs), ids.client_id, ids.tier_id, ids.language_id].join('|')
      wantedDays.set(key, (wantedDays.get(key) ?? new Set()).add(ids.identity_id))
    }
    const firstDay = [...wantedDays.keys()].sort()[0]?.slice(0, 10) ?? endDay
    const wantedCounts = new Map<string, Set<string>>()
    for (let day = Date.parse(firstDay); day < Date.parse(endDay); day += dayMs) {
      for (const window of windows) {
        wantedCounts.set([utcDay(day), window, -1, -1, -1].join('|'), new Set())
        for (const { atMs, ids } of active) {
          if (atMs >= day + dayMs || atMs < day + dayMs - window * dayMs) continue
          const person = people.get(ids.identity_id) ?? ids.identity_id
          for (const client of [ids.client_id, -1]) {
            for (const tier of [ids.tier_id, -1]) {
              for (const language of [ids.language_id, -1]) {
                const key = [utcDay(day), window, client, tier, language].join('|')
                wantedCounts.set(key, (wantedCounts.get(key) ?? new Set()).add(person))
              }
            }
          }
        }
      }
    }
    const expected: Rollups = new Map([
      ['active_days', [...wantedDays].map(([key, ids]) => `${key}|${bitsOf(ids)}`)],
      ['active_counts', [...wantedCounts].map(([key, persons]) => `${key}|${persons.size}`)],
    ])
    const dayRows = await on.unsafe<{ row: string }[]>(
      `select concat_ws('|', utc_day, client_id, tier_id, language_id, identities::text) as row from active_days
       where org_id = ${orgId}`,
    )
    const countRows = await on.unsafe<{ row: string }[]>(
      `select concat_ws('|', utc_day, window_days, client_id, tier_id, language_id, users) as row from active_counts
       where org_id = ${orgId} and utc_day >= '${firstDay}'`,
    )
    const found: Rollups = new Map([
      ['active_days', dayRows.map(({ row }) => row)],
      ['active_counts', countRows.map(({ row }) => row)],
    ])
    return differences(expected, found, () => true)
  })
}

/** Runs reads on one snapshot: what they see is the database at one instant. */
async function inSnapshot<T>(sql: Sql, work: (on: Sql) => Promise<T>): Promise<T> {
  const connection = await sql.reserve()
  try {
    await connection.unsafe('begin isolation level repeatable read read only')
    return await work(connection)
  } finally {
    await connection.unsafe('rollback').catch(() => {})
    connection.release()
  }
}
