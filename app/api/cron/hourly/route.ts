import { cronRoute } from '@/lib/http/cron'
import { stampHourly } from '@/lib/rollups/commands'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Every hour: the metrics that are as of the hour. */
export const GET = cronRoute((context) => stampHourly(context))
