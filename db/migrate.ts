import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { Database } from './client'

/** Migrations run one at a time over the whole database; any fixed number serves. */
const migrationLock = 727_274_001

/** How many months ahead of now partitions stand ready. */
const partitionMonthsAhead = 3

/** How far back partitions reach where no organization says otherwise: the default retention and the two days it trails by. */
const partitionMonthsBack = 26

/** Brings the database at `url` (as its owner) to the newest schema, with partitions from the oldest event kept to three months ahead. */
export async function migrate(url: string, onProgress: (line: string) => void = () => {}): Promise<void> {
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {}, connection: { TimeZone: 'UTC' } })
  try {
    await client`select pg_advisory_lock(${migrationLock})`
    await runMigrations(drizzle(client), { migrationsFolder: migrationsFolder() })
    onProgress('The schema is up to date.')
    const { created } = await ensurePartitions(drizzle(client), new Date())
    if (created > 0) onProgress(`${created} months of partitions made.`)
  } finally {
    await client.end({ timeout: 5 })
  }
}

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

/** The folder of migrations: beside this file in a checkout, in the working directory of a packed server. */
function migrationsFolder(): string {
  const beside = fileURLToPath(new URL('../drizzle', import.meta.url))
  return existsSync(beside) ? beside : 'drizzle'
}
