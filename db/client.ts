import { drizzle } from 'drizzle-orm/postgres-js'
import type { PgDatabase } from 'drizzle-orm/pg-core'
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { Sql } from 'postgres'
import * as schema from './schema'

/** A handle on which statements run: the pool, or a transaction of it. Only the pool has `$client`. */
export type Database = PgDatabase<PostgresJsQueryResultHKT, typeof schema> & { $client?: Sql }

/** The role that the application takes at connect: it owns nothing and cannot change what is append-only. */
const applicationRole = 'outlay_app'

/**
 * Opens a pool of connections that connects on first use. As `application` (default) its sessions take the role without ownership; as
 * `owner` they keep the role of the address, for migrations and partitions.
 */
export function openDatabase(
  url: string,
  options: { max: number; as?: 'application' | 'owner'; name?: string },
): { db: Database; close: () => Promise<void> } {
  const client = postgres(url, {
    max: options.max,
    connect_timeout: 5,
    idle_timeout: 300,
    // Notices ("relation exists, skipping") say nothing that a person can act on.
    onnotice: () => {},
    connection: {
      application_name: options.name ?? 'outlay',
      TimeZone: 'UTC',
      DateStyle: 'ISO',
      ...(options.as === 'owner' ? {} : { role: applicationRole }),
    },
  })
  const db = drizzle(client, { schema })
  return { db, close: () => client.end({ timeout: 5 }) }
}
