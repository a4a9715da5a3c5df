import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { openDatabase } from '@/db/client'
import { log } from '@/lib/log'
import { isDue, jobNames, noPast, periodOf } from './schedule'
import type { JobName, JobPast } from './schedule'

const lockName = 'outlay.scheduler'
const lookEveryMs = 5_000
const lockSecondsMax = 10
const retryAfterMs = 20_000
const callSecondsMax = 280
const repeatsMax = 500
const answerCharactersMax = 2_000

export type SchedulerOptions = {
  databaseUrl: string
  /** Where this server answers; the routes are called like anybody else would call them. */
  baseUrl: string
  cronSecret: string
  /** How often it looks whether it leads and whether something is due. */
  lookEveryMs?: number
  /** How long it waits after a failed call. */
  retryAfterMs?: number
}

/**
 * Calls the cron routes when they are due, in one process of all that share the database: the one whose session holds a
 * lock. When that session ends, however it ends, another takes over at its next look. With the database away it waits,
 * and the server goes on.
 */
export function startScheduler(options: SchedulerOptions): { stop: () => Promise<void> } {
  const stopping = new AbortController()
  const ended = run(options, stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

async function run(options: SchedulerOptions, stopped: AbortSignal): Promise<void> {
  const pasts = new Map<JobName, JobPast>()
  const running = new Set<Promise<void>>()
  let leadership = openLeadership(options.databaseUrl)
  let was: 'leader' | 'follower' | 'away' | null = null

  while (!stopped.aborted) {
    let is: 'leader' | 'follower' | 'away'
    try {
      is = (await leadership.take()) ? 'leader' : 'follower'
    } catch (error) {
      is = 'away'
      if (was !== 'away') log.warn({ error: describe(error) }, 'The scheduler waits for the database.')
      await leadership.close()
      leadership = openLeadership(options.databaseUrl)
    }
    if (is === 'leader' && was !== 'leader') log.info('The scheduler of this process calls the cron routes.')
    if (is === 'follower' && was !== 'follower') log.info('Another process calls the cron routes.')
    was = is

    if (is === 'leader') {
      const started = startDue({ options, pasts, at: new Date(), stopped })
      for (const job of started) {
        running.add(job)
        void job.finally(() => running.delete(job))
      }
    }
    await pause(options.lookEveryMs ?? lookEveryMs, stopped)
  }
  // The lock is held until the last call has ended, so that no successor starts the same job beside it.
  await Promise.all(running)
  await leadership.close()
}

/** A session of its own, which holds the lock for as long as it lives. */
function openLeadership(databaseUrl: string): { take: () => Promise<boolean>; close: () => Promise<void> } {
  const { db, close } = openDatabase(databaseUrl, { max: 1, name: 'outlay-scheduler' })
  return {
    // A session that holds the lock gets it again; a new one, after a lost connection, gets it only when it is free.
    take: async () => {
      const [row] = await withinSeconds(
        lockSecondsMax,
        db.execute<{ isLeader: boolean }>(sql`select pg_try_advisory_lock(hashtextextended(${lockName}, 0)) as "isLeader"`),
      )
      return row?.isLeader === true
    },
    close: () => close().catch(() => {}),
  }
}

/** Starts what is due. Hourly and daily figures come after the minute's, on which they stand. */
function startDue(due: {
  options: SchedulerOptions
  pasts: Map<JobName, JobPast>
  at: Date
  stopped: AbortSignal
}): Promise<void>[] {
  const started: Promise<void>[] = []
  for (const name of jobNames) {
    const past = due.pasts.get(name) ?? noPast
    if (!isDue(name, past, due.at)) continue
    due.pasts.set(name, { ...past, isRunning: true })
    const before = Promise.all(started)
    started.push(
      before.then(async () => {
        const isDone = !due.stopped.aborted && (await callRoute(due.options, name, due.stopped))
        due.pasts.set(name, {
          isRunning: false,
          period: isDone ? periodOf(name, due.at) : past.period,
          notBefore: isDone ? null : new Date(Date.now() + (due.options.retryAfterMs ?? retryAfterMs)),
        })
      }),
    )
  }
  return started
}

/** What a cron route may say: that it stopped at its limit with work left. Then it is called again at once. */
const Answer = z.object({ hasMore: z.boolean().default(false) })

/** Calls a route until it has nothing left to do. Answers whether it succeeded; says in the log why not. */
async function callRoute(options: SchedulerOptions, name: JobName, stopped: AbortSignal): Promise<boolean> {
  for (let repeat = 0; repeat < repeatsMax && !stopped.aborted; repeat += 1) {
    try {
      const response = await fetch(new URL(`/api/cron/${name}`, options.baseUrl), {
        headers: { authorization: `Bearer ${options.cronSecret}` },
        signal: AbortSignal.timeout(callSecondsMax * 1000),
        cache: 'no-store',
        redirect: 'error',
      })
      const text = await response.text()
      if (!response.ok) {
        log.error({ job: name, status: response.status, answer: text.slice(0, answerCharactersMax) }, 'A cron route failed.')
        return false
      }
      const answer = Answer.parse(JSON.parse(text))
      log.debug({ job: name, answer: text.slice(0, answerCharactersMax) }, 'A cron route was called.')
      if (!answer.hasMore) return true
    } catch (error) {
      log.error({ job: name, error: describe(error) }, 'A cron route could not be called.')
      return false
    }
  }
  return true
}

async function withinSeconds<T>(seconds: number, work: PromiseLike<T>): Promise<T> {
  const timeout = new AbortController()
  try {
    return await Promise.race([
      work,
      sleep(seconds * 1000, undefined, { signal: timeout.signal, ref: false }).then(() => {
        throw new Error(`The database did not answer within ${seconds} seconds.`)
      }),
    ])
  } finally {
    timeout.abort()
  }
}

async function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
  // An aborted pause is how it ends; a pause alone does not keep the process alive.
  await sleep(milliseconds, undefined, { signal: stopped, ref: false }).catch(() => {})
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error.message || error.name}${cause}`
}
