import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@/db/client'
import type { Database } from '@/db/client'
import { ensureEmbedded } from '@/db/embedded'
import { migrate } from '@/db/migrate'
import type { Sql } from 'postgres'
import type { Command } from '@/scripts/command'
import { buildOnce } from '@/scripts/next-build'
import { findFreePorts, startNext, waitUntilHealthy } from '@/scripts/server'

const healthSecondsMax = 120

/** A migrated database of a benchmark's own, durable as in production, gone afterwards. */
export async function makePlace(command: Command): Promise<{ databaseUrl: string; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'outlay-bench-'))
  command.onEnd(() => rm(folder, { recursive: true, force: true }))
  const embedded = await ensureEmbedded({ dataDir: join(folder, 'postgres'), port: 0 })
  command.onEnd(embedded.stop)
  await migrate(embedded.url)
  return { databaseUrl: embedded.url, folder }
}

/** The built product on a database, without its scheduler; `nextAuthSecret` signs sessions, for whoever makes one by hand. */
export async function serveBuilt(
  command: Command,
  options: { databaseUrl: string; say: (line: string) => void },
): Promise<{ address: string; nextAuthSecret: string; stop: () => Promise<void> }> {
  await buildOnce({ stopping: command.stopping, say: options.say })
  const port = await findFreePorts()
  const address = `http://127.0.0.1:${port}`
  const nextAuthSecret = randomBytes(32).toString('base64url')
  const server = await startNext({
    mode: 'start',
    host: '127.0.0.1',
    port,
    env: {
      DATABASE_URL: options.databaseUrl,
      NEXTAUTH_URL: address,
      NEXTAUTH_SECRET: nextAuthSecret,
      // Nobody signs in by it here.
      OIDC_ISSUER: address,
      OIDC_CLIENT_ID: 'bench',
      OIDC_CLIENT_SECRET: 'bench',
      CRON_SECRET: randomBytes(32).toString('base64url'),
      SCHEDULER: 'off',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'warn',
    },
  })
  let isStopped = false
  const stop = async () => {
    if (!isStopped) await server.stop()
    isStopped = true
  }
  command.onEnd(stop)
  await waitUntilHealthy(server, { port, secondsMax: healthSecondsMax, stopping: command.stopping })
  return { address, nextAuthSecret, stop }
}

/** A pool of so many connections, closed at the end. */
export function openPool(command: Command, databaseUrl: string, max: number, as: 'application' | 'owner' = 'application') {
  const { db, close } = openDatabase(databaseUrl, { max, as, name: 'outlay bench' })
  command.onEnd(close)
  return db
}

/** The driver under a pool's handle. */
export function clientOf(db: Database): Sql {
  if (!db.$client) throw new Error('This handle is a pool.')
  return db.$client
}

/** On what a figure was measured. */
export async function describeMachine(db: Database): Promise<string> {
  const [row] = await clientOf(db)<{ version: string; fsync: string; commit: string }[]>`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commit`
  const processor = cpus()
  return (
    `${processor.length} × ${processor[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}, PostgreSQL ${row?.version}, ` +
    `fsync ${row?.fsync}, synchronous commit ${row?.commit}; sender, server and database share the machine`
  )
}
