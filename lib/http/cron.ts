import 'server-only'
import { isDatabaseAway, isRetryable } from '@/db/errors'
import { AppError } from '@/lib/errors'
import { log } from '@/lib/log'
import { cronContext } from './context'

/** After how many seconds a cron should try again when the database is away. */
const retryAfterSeconds = 5

/** What a cron run has: the application's database handle, and the owner's for partitions. */
export type CronContext = ReturnType<typeof cronContext>

/**
 * A route that a cron calls: closed to everybody who doesn't carry the secret, in development as in production. Answers
 * what was done, and how long it took.
 */
export function cronRoute(work: (context: CronContext) => Promise<object>): (request: Request) => Promise<Response> {
  return async (request) => {
    const began = performance.now()
    try {
      const done = await work(cronContext(request))
      return answer(200, { ...done, seconds: Math.round(performance.now() - began) / 1000 })
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated') {
        return answer(401, { error: { code: error.code, message: error.message } }, { 'www-authenticate': 'Bearer' })
      }
      if (!isDatabaseAway(error) && !isRetryable(error)) throw error
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'A cron run found the database away.')
      const message = 'The database cannot take this now. Call again.'
      return answer(503, { error: { code: 'unavailable', message } }, { 'retry-after': String(retryAfterSeconds) })
    }
  }
}

function answer(status: number, body: object, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { ...headers, 'cache-control': 'no-store' } })
}
