import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { ensurePartitions } from './partitions'

/** Migrations run one at a time over the whole database; any fixed number serves. */
const migrationLock = 727_274_001

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

/** The folder of migrations: beside this file in a checkout, in the working directory of a packed server. */
function migrationsFolder(): string {
  const beside = fileURLToPath(new URL('../drizzle', import.meta.url))
  return existsSync(beside) ? beside : 'drizzle'
}
