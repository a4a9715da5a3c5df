import { createHash, timingSafeEqual } from 'node:crypto'
import { isDatabaseAway, isRetryable } from '@/db/client'
import type { Context } from '@/lib/access/scope'
import { env } from '@/lib/env'
import { log } from '@/lib/log'
import { cronContext } from './context'

/** After how many seconds a cron should try again when the database is away. */
const retryAfterSeconds = 5

/**
 * A route that a cron calls: closed to everybody who doesn't carry the secret, in development as in production. Answers
 * what was done.
 */
export function cronRoute(work: (context: Context) => Promise<object>): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!mayCallCron(request.headers.get('authorization'), env().CRON_SECRET)) {
      return Response.json(
        { error: { code: 'unauthenticated', message: 'Send Authorization: Bearer and the CRON_SECRET of this server.' } },
        { status: 401, headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' } },
      )
    }
    const began = performance.now()
    try {
      const done = await work(await cronContext(request))
      return Response.json(
        { ...done, seconds: Math.round(performance.now() - began) / 1000 },
        { headers: { 'cache-control': 'no-store' } },
      )
    } catch (error) {
      if (!isDatabaseAway(error) && !isRetryable(error)) throw error
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'A cron run found the database away.')
      return Response.json(
        { error: { code: 'unavailable', message: 'The database cannot take this now. Call again.' } },
        { status: 503, headers: { 'retry-after': String(retryAfterSeconds), 'cache-control': 'no-store' } },
      )
    }
  }
}

/** Whether a header carries the secret. Takes the same time for every wrong one; without a secret nobody may. */
export function mayCallCron(authorization: string | null, secret: string | undefined): boolean {
  if (!secret || authorization === null) return false
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(authorization), digest(`Bearer ${secret}`))
}
