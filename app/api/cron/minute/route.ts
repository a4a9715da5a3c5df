import { cronRoute } from '@/lib/http/cron'
import { rollUp } from '@/lib/rollups/commands'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Hours that one call recounts at most, so that it ends within a minute even after a backfill. */
const hoursPerCallMax = 500

/** Every minute: counts the hours that new events touched. Says when it stopped at its limit: then it is to be called again. */
export const GET = cronRoute(async (context) => {
  const done = await rollUp(context, { hoursMax: hoursPerCallMax })
  return { ...done, hasMore: done.hours >= hoursPerCallMax && done.remaining > 0 }
})
