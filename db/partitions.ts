import { sql } from 'drizzle-orm'
import type { Database } from './client'

/** How many months ahead of now partitions stand ready. */
const partitionMonthsAhead = 3

/** How far back partitions reach where no organization says otherwise: the default retention and the two days it trails by. */
const partitionMonthsBack = 26

/** Makes the monthly partitions of events that are missing. Needs the owner's connection. */
export async function ensurePartitions(owner: Pick<Database, 'execute'>, now: Date): Promise<{ created: number }> {
  const rows = await owner.execute<{ month: string }>(sql`
    select to_char(month, 'YYYY-MM') as month
    from generate_series(
      date_trunc('month', least(
        (select min(events_from) from organizations),
        ${now.toISOString()}::timestamptz - make_interval(months => ${partitionMonthsBack})
      ), 'UTC'),
      ${now.toISOString()}::timestamptz + make_interval(months => ${partitionMonthsAhead}),
      interval '1 month'
    ) as month
    where to_regclass('usage_events_' || to_char(month, 'YYYY_MM')) is null
    order by 1`)
  for (const { month } of rows) {
    const [year = 0, number = 0] = month.split('-').map(Number)
    const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
    const name = `usage_events_${month.replace('-', '_')}`
    await owner.execute(
      sql.raw(`create table if not exists ${name} partition of usage_events
        for values from ('${month}-01 00:00:00+00') to ('${next}-01 00:00:00+00')`),
    )
  }
  return { created: rows.length }
}

/** Drops the partitions whose every event lies before every organization's `events_from`. Needs the owner's connection. */
export async function dropPassedPartitions(owner: Pick<Database, 'execute'>): Promise<{ dropped: number }> {
  const rows = await owner.execute<{ name: string }>(sql`
    select c.relname as name
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'usage_events'::regclass
      and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month'
        <= (select min(events_from) at time zone 'UTC' from organizations)
    order by 1`)
  for (const { name } of rows) await owner.execute(sql.raw(`drop table ${name}`))
  return { dropped: rows.length }
}
