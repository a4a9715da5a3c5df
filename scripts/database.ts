import { existsSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { isDatabaseAway } from '@/db/errors'
import { ensureEmbedded } from '@/db/embedded'
import { CommandError } from './command'
import type { Command } from './command'

const serverVersionMin = 150_000

/** Reads `.env`; what the environment already says stands. */
export function loadEnvironmentFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env')
}

/**
 * The database that every command uses: the one that DATABASE_URL names, else the embedded one, which is started when it
 * isn't running and stopped again when nobody uses it any more.
 */
export async function findDatabase(
  command: Command,
  onProgress: (line: string) => void,
): Promise<{ url: string; isEmbedded: boolean }> {
  const named = process.env.DATABASE_URL
  if (named) {
    await checkDatabase(named)
    return { url: named, isEmbedded: false }
  }
  const embedded = await ensureEmbedded({ dataDir: join(process.cwd(), '.data', 'postgres'), onProgress })
  command.onEnd(embedded.stop)
  return { url: embedded.url, isEmbedded: true }
}

/** Says in one sentence why a database can't be used: before anything has been written to it. */
async function checkDatabase(url: string): Promise<void> {
  const place = describePlace(url)
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} })
  try {
    const [row] = await sql<{ version: number; isReadOnly: boolean; canCreate: boolean }[]>`
      select current_setting('server_version_num')::int as version,
        pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as "isReadOnly",
        has_database_privilege(current_database(), 'create') as "canCreate"`
    if (!row) throw new CommandError(`The database at ${place} does not answer: check DATABASE_URL.`)
    if (row.version < serverVersionMin) {
      throw new CommandError(`The database at ${place} is older than PostgreSQL 15: update it, or set another DATABASE_URL.`)
    }
    if (row.isReadOnly) throw new CommandError(`The database at ${place} is read-only: set DATABASE_URL to its primary.`)
    if (!row.canCreate) {
      throw new CommandError(`The user of DATABASE_URL may not create tables at ${place}: name the owner of the database.`)
    }
  } catch (error) {
    if (error instanceof CommandError) throw error
    if (isDatabaseAway(error) || isRefusal(error)) {
      throw new CommandError(`The database at ${place} can't be used (${messageOf(error)}): check DATABASE_URL.`)
    }
    throw error
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/** Where a database is, without the password. */
function describePlace(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return `${host}${pathname}`
  } catch {
    throw new CommandError('DATABASE_URL must be an address like postgres://user:password@host:5432/outlay.')
  }
}

/** A wrong password (28…) or a database that doesn't exist (3D000). */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(28|3D)/.test(error.code)
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0])
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
}
