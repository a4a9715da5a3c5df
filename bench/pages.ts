import { encode } from 'next-auth/jwt'
import { routes } from '@/lib/routes'
import { migrate } from '@/db/migrate'
import { fillDemo } from '@/lib/testing/demo'
import { createProgress } from '@/scripts/command'
import type { Command } from '@/scripts/command'
import { findDatabase, loadEnvironmentFile } from '@/scripts/database'
import { getSecrets } from '@/scripts/secrets'
import { clientOf, describeMachine, openPool, serveBuilt } from './place'
import { formatCount, percentile, printTable } from './table'

const warmUps = 8
const visits = 60
const ranges = ['week', 'month', 'year', 'all'] as const

/**
 * The server time of the usage page of the demo's biggest organization, as its owner, per range: from the request to the last byte of the page on
 * loopback, one visitor at a time.
 */
export async function benchPages(command: Command): Promise<void> {
  loadEnvironmentFile()
  const progress = createProgress()
  const database = await progress.step('Database', (say) => findDatabase(command, say))
  await migrate(database.url)
  const { demoKeySecret } = await getSecrets()
  await progress.step('Demo data', (say) => fillDemo({ databaseUrl: database.url, keySecret: demoKeySecret, onProgress: say }))
  const db = openPool(command, database.url, 2, 'owner')
  const [biggest] = await clientOf(db)<{ slug: string; userId: string; people: number; events: number }[]>`
    select o.slug, (array_agg(m.user_id order by m.joined_at, m.user_id) filter (where m.role = 'owner'))[1] as "userId",
      (select count(*)::int from people p where p.org_id = o.org_id) as people,
      (select coalesce(sum(requests + failed_requests), 0)::int from days d where d.org_id = o.org_id and d.generation = o.generation) as events
    from organizations o join memberships m on m.org_id = o.org_id and m.removed_at is null
    group by o.org_id order by people desc limit 1`
  if (!biggest?.userId) throw new Error('The demo has no organization with an owner.')
  const served = await progress.step('Server', (say) => serveBuilt(command, { databaseUrl: database.url, say }))
  const session = await encode({ token: { sub: biggest.userId }, secret: served.nextAuthSecret })
  const visit = async (path: string) => {
    const began = performance.now()
    const response = await fetch(`${served.address}${path}`, {
      headers: { cookie: `next-auth.session-token=${session}` },
      redirect: 'manual',
    })
    const bytes = (await response.arrayBuffer()).byteLength
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: the visitor is not signed in.`)
    return { ms: performance.now() - began, bytes }
  }
  const rows: string[][] = []
  for (const page of ['usage', 'me'] as const) {
    for (const range of ranges) {
      command.stopping.throwIfAborted()
      const path = routes[page](biggest.slug, `?range=${range}`)
      for (let count = 0; count < warmUps; count++) await visit(path)
      const measured = []
      for (let count = 0; count < visits; count++) measured.push(await visit(path))
      const times = measured.map(({ ms }) => ms)
      rows.push([
        path,
        percentile(times, 0.5).toFixed(0),
        percentile(times, 0.95).toFixed(0),
        Math.min(...times).toFixed(0),
        formatCount((measured[0]?.bytes ?? 0) / 1024),
      ])
    }
  }
  console.log(`\n  ${await describeMachine(db)}`)
  console.log(
    `  ${biggest.slug}: ${formatCount(biggest.people)} people, ${formatCount(biggest.events)} requests; ${visits} visits each\n`,
  )
  printTable(['page', 'p50 ms', 'p95 ms', 'least ms', 'KiB'], rows)
}
