import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Database } from '@/db/client'
import { sealedGeneration } from '@/db/enums'
import { dropPassedPartitions, ensurePartitions } from '@/db/partitions'
import type { Context } from '@/lib/access/scope'
import { eventsFromAt } from '@/lib/organizations/retention'
import { addDays } from '@/lib/time'
import { dayTables, measureNames, sumOfMeasures } from './tables'
import {
  countActiveUsersSql,
  overlappedHoursSql,
  passMarksOnSql,
  rebuildActiveDaysSql,
  rebuildDaysSql,
  rebuildMonthsSql,
  rebuildOrgHoursSql,
  recountHoursSql,
  takeMarksSql,
} from './statements'

/**
 * How many marked hours one transaction recounts, so that none grows with a backfill: twenty days, since neighbouring hours share the days that they rebuild. Measured: eight
 * times cheaper than two days at a time.
 */
const hoursPerTransactionMax = 480

/** How many UTC days one transaction counts active users for. */
const daysPerTransactionMax = 60

/** The longest window of active users, in days: a late event changes the counts of so many days. */
const windowDaysMax = 30

/**
 * Recounts marked hours from events and rebuilds the days they touch, organization by organization. Every transaction deletes the marks that it sees and
 * recounts in a later snapshot, so that a crash restores both and an event that commits meanwhile keeps its own mark (docs/decisions). Safe to run at
 * any time, by several at once. `hoursMax` limits the hours of one call; answers how many remain marked.
 */
export async function rollUp(
  context: Context,
  limit: { hoursMax: number; orgId?: number } = { hoursMax: 10_000 },
): Promise<{ hours: number; organizations: number; remaining: number }> {
  const ofOrg = limit.orgId === undefined ? sql`true` : sql`org_id = ${limit.orgId}`
  const marked = await context.db.execute<{ org_id: string }>(
    sql`select org_id::text from dirty_hours where ${ofOrg} group by org_id order by min(utc_hour), org_id`,
  )
  let hours = 0
  for (const { org_id } of marked) {
    for (;;) {
      const hoursMax = Math.min(hoursPerTransactionMax, limit.hoursMax - hours)
      if (hoursMax <= 0) break
      const counted = await recountMarked(context, Number(org_id), hoursMax)
      hours += counted
      // A run that found fewer hours than it may take has left none; what is marked meanwhile is the next run's.
      if (counted < hoursMax) break
    }
  }
  // What was acknowledged before `now` carries a committed mark; without a mark, everything received by then is counted.
  await context.db.execute(sql`
    update freshness f set counted_at = ${context.now.toISOString()}::timestamptz
    where ${ofOrg} and f.counted_at < ${context.now.toISOString()}::timestamptz
      and not exists (select from dirty_hours d where d.org_id = f.org_id)`)
  const [left] = await context.db.execute<{ hours: number }>(
    sql`select count(*)::int as hours from (select distinct org_id, utc_hour from dirty_hours where ${ofOrg}) marked`,
  )
  return { hours, organizations: marked.length, remaining: left?.hours ?? 0 }
}

/** One transaction of a run: some marked hours of one organization, in every live generation. Answers how many UTC hours it took. */
async function recountMarked(context: Context, orgId: number, hoursMax: number): Promise<number> {
  return context.db.transaction(async (transaction) => {
    // Two runs, and a run and a zone change, are ordered.
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`rollups:${orgId}`}, 0))`)
    const marks = await transaction.execute<{ utc_hour: string }>(
      prepare(takeMarksSql, [orgId, hoursMax, context.now.toISOString()]),
    )
    if (marks.length === 0) return 0
    const utcHours = literal(marks.map(({ utc_hour }) => utc_hour))
    const [organization] = await transaction.execute<{
      generation: number
      time_zone: string
      next_generation: number | null
      next_time_zone: string | null
      events_from: string
    }>(sql`
      select generation, time_zone, next_generation, next_time_zone, events_from::text from organizations where org_id = ${orgId}`)
    if (!organization) return marks.length
    const { next_generation, next_time_zone } = organization
    await recountGeneration(
      transaction,
      orgId,
      organization.generation,
      organization.time_zone,
      organization.events_from,
      utcHours,
    )
    if (next_generation !== null && next_time_zone !== null) {
      await recountGeneration(transaction, orgId, next_generation, next_time_zone, organization.events_from, utcHours)
    }
    await transaction.execute(prepare(passMarksOnSql, [orgId, utcHours]))
    return marks.length
  })
}

async function recountGeneration(
  transaction: Pick<Database, 'execute'>,
  orgId: number,
  generation: number,
  timeZone: string,
  eventsFrom: string,
  utcHours: string,
): Promise<void> {
  const overlapped = await transaction.execute<{ hour: string }>(prepare(overlappedHoursSql, [utcHours, timeZone, eventsFrom]))
  const hours = literal(overlapped.map(({ hour }) => hour))
  const touched = await transaction.execute<{ day: string; identity_ids: string }>(
    prepare(recountHoursSql, [orgId, generation, timeZone, hours]),
  )
  await transaction.execute(prepare(rebuildOrgHoursSql, [orgId, generation, hours]))
  if (touched.length === 0) return
  const pairs = touched.flatMap(({ day, identity_ids }) => {
    const ids = new Set(identity_ids.slice(1, -1).split(','))
    return [...ids].map((id) => ({ day, id }))
  })
  const days = literal(touched.map(({ day }) => day))
  const pairDays = literal(pairs.map(({ day }) => day))
  const pairIds = literal(pairs.map(({ id }) => id))
  await transaction.execute(prepare(rebuildDaysSql, [orgId, generation, timeZone, days, pairDays, pairIds]))
  await transaction.execute(prepare(rebuildMonthsSql, [orgId, generation, pairDays, pairIds]))
}

/** Stamps the hourly metrics: rolls up what is marked, and says for each organization without an open past hour up to which UTC hour they stand. */
export async function stampHourly(context: Context): Promise<{ asOf: Date }> {
  await rollUp(context)
  const asOf = new Date(Math.floor(context.now.getTime() / 3_600_000) * 3_600_000)
  await context.db.execute(sql`
    update freshness f set hourly_as_of = ${asOf.toISOString()}::timestamptz
    where (f.hourly_as_of is null or f.hourly_as_of < ${asOf.toISOString()}::timestamptz)
      and not exists (select from dirty_hours d where d.org_id = f.org_id and d.utc_hour < ${asOf.toISOString()}::timestamptz)`)
  return { asOf }
}

/**
 * Counts daily, weekly and monthly active users for the UTC days that have ended and were not counted, or changed since: a late event changes its own day and the
 * 29 after it. Answers how many days were counted, over all organizations.
 */
export async function countActiveUsers(context: Context): Promise<{ days: number }> {
  await rollUp(context)
  const today = context.now.toISOString().slice(0, 10)
  const rows = await context.db.execute<{ org_id: string; from_day: string; dirty: string[] | null }>(sql`
    select f.org_id::text, to_char(coalesce(f.daily_as_of, first.at, ${context.now.toISOString()}::timestamptz) at time zone 'UTC', 'YYYY-MM-DD') as from_day,
      (select array_agg(to_char(utc_day, 'YYYY-MM-DD') order by utc_day) from dirty_days d
        where d.org_id = f.org_id and d.utc_day < ${today}::date) as dirty
    from freshness f
    left join lateral (
      select min(d.utc_day)::timestamp at time zone 'UTC' as at from dirty_days d where d.org_id = f.org_id
    ) first on true
    order by f.org_id`)
  let counted = 0
  for (const { org_id, from_day, dirty } of rows) {
    const orgId = Number(org_id)
    const changed = dirty ?? []
    for (let start = 0; start < changed.length; start += daysPerTransactionMax) {
      counted += await recountActiveDays(context, orgId, changed.slice(start, start + daysPerTransactionMax), today)
    }
    // Days on which nothing happened have counts too: of the week and the month that end with them.
    const ended = daysFrom(from_day, today)
    for (let start = 0; start < ended.length; start += daysPerTransactionMax) {
      const days = ended.slice(start, start + daysPerTransactionMax)
      await context.db.execute(prepare(countActiveUsersSql, [orgId, literal(days)]))
      counted += days.length
    }
    await context.db.execute(sql`
      update freshness set daily_as_of = ${today}::timestamp at time zone 'UTC'
      where org_id = ${orgId} and (daily_as_of is null or daily_as_of < ${today}::timestamp at time zone 'UTC')`)
  }
  return { days: counted }
}

/** Takes the marks of changed UTC days, rebuilds their bitmaps and counts every window that holds one of them, all or nothing. */
async function recountActiveDays(context: Context, orgId: number, days: readonly string[], today: string): Promise<number> {
  return context.db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`rollups:${orgId}`}, 0))`)
    const taken = await transaction.execute<{ utc_day: string }>(sql`
      delete from dirty_days where org_id = ${orgId} and utc_day = any (${literal(days)}::date[])
      returning to_char(utc_day, 'YYYY-MM-DD') as utc_day`)
    const changed = taken.map(({ utc_day }) => utc_day)
    await transaction.execute(prepare(rebuildActiveDaysSql, [orgId, literal(changed)]))
    const due = new Set(changed.flatMap((day) => daysFrom(day, minDay(today, addDays(day, windowDaysMax)))))
    await transaction.execute(prepare(countActiveUsersSql, [orgId, literal([...due].sort())]))
    return due.size
  })
}

/** Keeps partitions three months ahead, moves what is past retention out of the way, and drops the partitions that nobody needs. */
export async function keepPartitions(
  context: Context & { owner: Database },
): Promise<{ created: number; sealed: number; dropped: number }> {
  const { created } = await ensurePartitions(context.owner, context.now)
  const rows = await context.db.execute<{ org_id: string; time_zone: string; retention_months: number; events_from: string }>(sql`
    select org_id::text, time_zone, retention_months, to_char(events_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as events_from
    from organizations order by org_id`)
  let sealed = 0
  for (const row of rows) {
    const eventsFrom = eventsFromAt(context.now, row.retention_months, row.time_zone)
    // Only moves forward: a longer retention cannot bring back what is gone.
    if (eventsFrom <= new Date(row.events_from)) continue
    await sealPassedDays(context, { orgId: Number(row.org_id), timeZone: row.time_zone, passedFrom: row.events_from, eventsFrom })
    sealed++
  }
  const { dropped } = await dropPassedPartitions(context.owner)
  return { created, sealed, dropped }
}

/** Moves `events_from` forward: sealed day rows go to generation 0, hours and events before it go. */
async function sealPassedDays(
  context: Context,
  organization: { orgId: number; timeZone: string; passedFrom: string; eventsFrom: Date },
): Promise<void> {
  const { orgId, timeZone, passedFrom } = organization
  const from = sql`${organization.eventsFrom.toISOString()}::timestamptz`
  const fromDay = sql`(${from} at time zone ${timeZone}::text)::date`
  const passedDay = sql`(${passedFrom}::timestamptz at time zone ${timeZone}::text)::date`
  await context.db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`rollups:${orgId}`}, 0))`)
    await transaction.execute(sql`update organizations set events_from = ${from} where org_id = ${orgId}`)
    for (const { name } of dayTables) {
      await transaction.execute(sql`
        update ${sql.identifier(name)} t set generation = ${sealedGeneration} from organizations o
        where o.org_id = ${orgId} and t.org_id = ${orgId} and t.generation = o.generation and t.day < ${fromDay}`)
    }
    // Months that hold days of both generations are summed again, each generation by itself.
    await transaction.execute(sql`
      delete from month_identities t using organizations o
      where o.org_id = ${orgId} and t.org_id = ${orgId} and t.generation in (${sealedGeneration}, o.generation)
        and t.month between date_trunc('month', ${passedDay})::date and date_trunc('month', ${fromDay})::date`)
    await transaction.execute(sql`
      insert into month_identities (org_id, generation, month, identity_id, ${sql.raw(measureNames.join(', '))})
      select ${orgId}::bigint, d.generation, date_trunc('month', d.day)::date, d.identity_id, ${sql.raw(sumOfMeasures('d'))}
      from day_identities d, organizations o
      where o.org_id = ${orgId} and d.org_id = ${orgId} and d.generation in (${sealedGeneration}, o.generation)
        and d.day >= date_trunc('month', ${passedDay})::date and d.day < date_trunc('month', ${fromDay})::date + interval '1 month'
      group by d.generation, date_trunc('month', d.day), d.identity_id`)
    for (const name of ['usage_hours', 'org_hours']) {
      await transaction.execute(sql`delete from ${sql.identifier(name)} where org_id = ${orgId} and hour < ${from}`)
    }
    await transaction.execute(sql`delete from usage_events where org_id = ${orgId} and occurred_at < ${from}`)
    await transaction.execute(sql`delete from dirty_hours where org_id = ${orgId} and utc_hour < ${from} - interval '1 hour'`)
  })
}

/**
 * Recomputes everything of an organization from events, from `events_from` on, while ingest goes on: every hour that holds events or counts is marked, and
 * the marks are worked off like any other. Safe to stop and start again.
 */
export async function rebuildRollups(
  context: Context,
  orgId: number,
  onProgress: (done: { hours: number; remaining: number }) => void = () => {},
): Promise<{ hours: number }> {
  await context.db.execute(sql`
    insert into dirty_hours (org_id, utc_hour)
    select ${orgId}::bigint, hour from (
      select distinct date_trunc('hour', e.occurred_at, 'UTC') as hour
      from usage_events e, organizations o where o.org_id = ${orgId} and e.org_id = ${orgId} and e.occurred_at >= o.events_from
      union
      select distinct date_trunc('hour', h.hour, 'UTC') from usage_hours h where h.org_id = ${orgId}
      union
      select distinct date_trunc('hour', h.hour + interval '59 minutes', 'UTC') from usage_hours h where h.org_id = ${orgId}
    ) hours`)
  let hours = 0
  for (;;) {
    const run = await rollUp(context, { hoursMax: hoursPerTransactionMax, orgId })
    hours += run.hours
    onProgress({ hours, remaining: run.remaining })
    if (run.remaining === 0 || run.hours === 0) return { hours }
  }
}

/** A statement with `$1`-style parameters as the query builder wants it. */
function prepare(text: string, parameters: readonly (string | number)[]): SQL {
  const pieces = text.split(/\$(\d+)/)
  return sql.join(pieces.map((piece, index) => (index % 2 === 0 ? sql.raw(piece) : sql`${parameters[Number(piece) - 1]}`)))
}

const literal = (values: readonly string[]) => `{${values.join(',')}}`

const minDay = (a: string, b: string) => (a < b ? a : b)

/** The days from one (included) to another (excluded). */
function daysFrom(first: string, end: string): string[] {
  const days: string[] = []
  for (let day = first; day < end; day = addDays(day, 1)) days.push(day)
  return days
}
