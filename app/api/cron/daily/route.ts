import { cronRoute } from '@/lib/http/cron'
import { countActiveUsers, keepPartitions } from '@/lib/rollups/commands'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Every day: the active users of the UTC day that ended, and partitions three months ahead. */
export const GET = cronRoute(async (context) => {
  // Room for the events to come is made first: it must not wait for a count that fails.
  const partitions = await keepPartitions(context)
  const activeUsers = await countActiveUsers(context)
  return { ...partitions, activeUsers }
})
