import { parseArgs } from 'node:util'
import { asc, eq } from 'drizzle-orm'
import { openDatabase } from '@/db/client'
import type { Database } from '@/db/client'
import { migrate } from '@/db/migrate'
import { organizations } from '@/db/schema'
import type { Context } from '@/lib/access/scope'
import { rebuildRollups } from '@/lib/rollups/commands'
import { verifyRollups } from '@/lib/rollups/queries'
import { CommandError, describeSeconds, runCommand } from './command'
import type { Command } from './command'
import { findDatabase, loadEnvironmentFile } from './database'

const usage = `npm run rollups -- --rebuild [--org acme]
npm run rollups -- --verify  [--org acme]

  --rebuild recomputes every figure from the events that are kept, while ingest goes on. It may be stopped and started again.
  --verify  compares every figure with the events and prints the difference. Exits with 1 when there is one.
  Without --org, for every organization.`

const progressEveryMs = 1_000

type Organization = { orgId: number; slug: string }

await runCommand(async (command) => {
  const chosen = readArguments()
  loadEnvironmentFile()
  const database = await findDatabase(command, (line) => console.log(line))
  await migrate(database.url)
  const { db, close } = openDatabase(database.url, { max: 2, name: 'outlay-rollups' })
  command.onEnd(close)
  const chosenOrganizations = await listOrganizations(db, chosen.org)
  const context = () => ({ db, now: new Date(), origin: null })
  if (chosen.action === 'rebuild') return rebuild(command, context, chosenOrganizations)
  return verify(command, context, chosenOrganizations)
})

function readArguments(): { action: 'rebuild' | 'verify'; org: string | undefined } {
  try {
    const { values } = parseArgs({
      options: { rebuild: { type: 'boolean' }, verify: { type: 'boolean' }, org: { type: 'string' } },
    })
    if (values.rebuild === values.verify) throw new CommandError(usage)
    return { action: values.rebuild ? 'rebuild' : 'verify', org: values.org }
  } catch (error) {
    if (error instanceof TypeError) throw new CommandError(`${error.message}\n\n${usage}`)
    throw error
  }
}

async function listOrganizations(db: Database, slug: string | undefined): Promise<Organization[]> {
  const found = await db
    .select({ orgId: organizations.orgId, slug: organizations.slug })
    .from(organizations)
    .where(slug === undefined ? undefined : eq(organizations.slug, slug))
    .orderBy(asc(organizations.slug))
  if (found.length > 0 || slug === undefined) return found
  throw new CommandError(`There is no organization with the slug ${slug}.`)
}

async function rebuild(command: Command, context: () => Context, chosen: readonly Organization[]): Promise<number> {
  for (const { orgId, slug } of chosen) {
    const began = performance.now()
    let saidAt = 0
    const { hours } = await rebuildRollups(context(), orgId, (done) => {
      // Every piece of work is a transaction of its own, so between two it can end.
      command.stopping.throwIfAborted()
      if (performance.now() - saidAt < progressEveryMs) return
      saidAt = performance.now()
      console.log(`${slug}: ${count(done.hours)} hours counted, ${count(done.remaining)} to go`)
    })
    console.log(`${slug}: rebuilt, ${count(hours)} hours in ${describeSeconds((performance.now() - began) / 1000)}`)
  }
  return 0
}

async function verify(command: Command, context: () => Context, chosen: readonly Organization[]): Promise<number> {
  let different = 0
  for (const { orgId, slug } of chosen) {
    command.stopping.throwIfAborted()
    const began = performance.now()
    const { events, openHours, differences } = await verifyRollups(context(), orgId)
    const took = describeSeconds((performance.now() - began) / 1000)
    const wrong = differences.filter((table) => table.missing > 0 || table.surplus > 0)
    const wrongRows = wrong.reduce((sum, table) => sum + table.missing + table.surplus, 0)
    different += wrongRows
    console.log(
      `${slug}: ${count(events)} events, ${differences.length} tables with ${count(differences.reduce((sum, table) => sum + table.rows, 0))} rows compared in ${took}; ` +
        `${count(openHours)} hours wait for the next count; difference: ${count(wrongRows)}`,
    )
    for (const table of wrong) {
      console.log(`  ${table.table}: ${count(table.missing)} rows missing or different, ${count(table.surplus)} too many`)
    }
  }
  console.log(different === 0 ? 'Difference: 0' : `Difference: ${count(different)} rows. Run npm run rollups -- --rebuild.`)
  return different === 0 ? 0 : 1
}

function count(value: number): string {
  return value.toLocaleString('en')
}
