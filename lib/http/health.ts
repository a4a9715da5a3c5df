import 'server-only'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { log } from '@/lib/log'
import { applicationDatabase } from './database'

const answerSecondsMax = 3
const retryAfterSeconds = 5

/**
 * Whether this server can do its work: its database answers and has the schema. Says nothing else, for anyone may ask.
 */
export async function healthRoute(): Promise<Response> {
  const isWell = await Promise.race([asksWell(), sleep(answerSecondsMax * 1000, false, { ref: false })])
  const headers = { 'cache-control': 'no-store' }
  if (isWell) return Response.json({ status: 'ok' }, { headers })
  return Response.json(
    { status: 'unavailable', message: 'The database does not answer.' },
    { status: 503, headers: { ...headers, 'retry-after': String(retryAfterSeconds) } },
  )
}

async function asksWell(): Promise<boolean> {
  try {
    await applicationDatabase().execute(sql`select 1 from organizations limit 1`)
    return true
  } catch (error) {
    log.warn({ error: error instanceof Error ? error.message : String(error) }, 'The database does not answer.')
    return false
  }
}
