import { healthRoute } from '@/lib/http/health'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Whether the server and its database are well: for load balancers, containers and scripts. */
export const GET = healthRoute
