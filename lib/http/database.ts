import 'server-only'
import { openDatabase } from '@/db/client'
import type { Database } from '@/db/client'
import { env } from '@/lib/env'

type Pools = { application?: { url: string; db: Database }; owner?: { url: string; db: Database } }

/** Kept on the process, not in the module: the bundler may load a module once per route, and pools are for all of them. */
const shared: typeof globalThis & { outlayPools?: Pools } = globalThis

function pools(): Pools {
  shared.outlayPools ??= {}
  return shared.outlayPools
}

/** The pool on which every door runs, as the role that owns nothing. Connects on first use. */
export function applicationDatabase(): Database {
  const known = pools().application
  const { DATABASE_URL: url, DATABASE_POOL_MAX: max } = env()
  if (known?.url === url) return known.db
  const { db } = openDatabase(url, { max })
  pools().application = { url, db }
  return db
}

/** The second connection, as the owner of the tables: for partitions, and nothing that a person can reach. */
export function ownerDatabase(): Database {
  const known = pools().owner
  const { DATABASE_URL: url } = env()
  if (known?.url === url) return known.db
  const { db } = openDatabase(url, { max: 1, as: 'owner', name: 'outlay owner' })
  pools().owner = { url, db }
  return db
}
