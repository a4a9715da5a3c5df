import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterEach, expect, test, vi } from 'vitest'
import { useDatabase } from '@/lib/testing/harness'
import { startScheduler } from './scheduler'

const database = useDatabase()
const cronSecret = 'a secret of this test, long enough for all'

/** Whatever a test has started ends with it. */
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** A server that counts the calls it gets, like a process of Outlay would. */
async function serve(answer: () => { status: number; body: object } = () => ({ status: 200, body: {} })) {
  const calls: string[] = []
  let openCount = 0
  let openMax = 0
  const server: Server = createServer((request, response) => {
    const call = `${request.url} ${request.headers.authorization === `Bearer ${cronSecret}` ? 'allowed' : 'refused'}`
    calls.push(call)
    openCount += 1
    openMax = Math.max(openMax, openCount)
    setTimeout(() => {
      openCount -= 1
      const { status, body } = answer()
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }, 20)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { calls, baseUrl: `http://127.0.0.1:${port}`, openMax: () => openMax }
}

function start(options: { baseUrl: string; databaseUrl?: string; retryAfterMs?: number }) {
  const scheduler = startScheduler({ databaseUrl: database.url, cronSecret, lookEveryMs: 50, ...options })
  cleanups.unshift(scheduler.stop)
  return scheduler
}

/** A scheduler in a process of its own, so that it can be killed. */
function startProcess(baseUrl: string): ChildProcess {
  const program = `
    import { startScheduler } from './lib/http/scheduler'
    startScheduler({ databaseUrl: process.env.DATABASE_URL ?? '', baseUrl: process.env.BASE_URL ?? '',
      cronSecret: process.env.CRON_SECRET ?? '', lookEveryMs: 50 })
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    env: { ...process.env, DATABASE_URL: database.url, BASE_URL: baseUrl, CRON_SECRET: cronSecret, LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  cleanups.unshift(async () => {
    child.kill('SIGKILL')
  })
  return child
}

const allJobs = ['/api/cron/daily allowed', '/api/cron/hourly allowed', '/api/cron/minute allowed']
const eventually = { timeout: 15_000, interval: 25 }

test('of two schedulers on one database one calls the routes; when it stops, the other takes over', async () => {
  const first = await serve()
  const second = await serve()
  const leader = start({ baseUrl: first.baseUrl })
  await vi.waitFor(() => expect(first.calls.toSorted()).toEqual(allJobs), eventually)
  start({ baseUrl: second.baseUrl })
  await sleep(500)
  expect(second.calls).toEqual([])

  await leader.stop()
  await vi.waitFor(() => expect(second.calls.toSorted()).toEqual(allJobs), eventually)
})

test('when the leading process is killed, another takes over', async () => {
  const first = await serve()
  const second = await serve()
  const child = startProcess(first.baseUrl)
  await vi.waitFor(() => expect(first.calls.toSorted()).toEqual(allJobs), eventually)
  start({ baseUrl: second.baseUrl })
  await sleep(300)
  expect(second.calls).toEqual([])

  child.kill('SIGKILL')
  await vi.waitFor(() => expect(second.calls.toSorted()).toEqual(allJobs), eventually)
})

test('a leader whose connection is cut leads again, or another does', async () => {
  const first = await serve(() => ({ status: 503, body: {} }))
  start({ baseUrl: first.baseUrl, retryAfterMs: 100 })
  await vi.waitFor(() => expect(first.calls.length).toBeGreaterThan(3), eventually)
  const [cut] = await database.owner.execute<{ count: number }>(sql`
    select count(*)::int as count from (
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'outlay-scheduler' and datname = current_database()
    ) as terminated`)
  expect(cut?.count).toBe(1)
  const before = first.calls.length
  await vi.waitFor(() => expect(first.calls.length).toBeGreaterThan(before + 3), eventually)
})

test('with the database away it waits, calls nothing, and can be stopped', async () => {
  const server = await serve()
  const scheduler = start({ baseUrl: server.baseUrl, databaseUrl: 'postgres://nobody:none@127.0.0.1:1/none' })
  await sleep(500)
  expect(server.calls).toEqual([])
  await scheduler.stop()
})

test('a failed job is called again, a job that left work at once, and none beside itself', async () => {
  const answers = [
    { status: 200, body: { hours: 5, hasMore: true } },
    { status: 200, body: { hours: 2, hasMore: false } },
    { status: 500, body: {} },
  ]
  const server = await serve(() => answers.shift() ?? { status: 200, body: {} })
  start({ baseUrl: server.baseUrl, retryAfterMs: 100 })
  // Twice the minute, because work was left; then the hour, which fails; the day, which follows; the hour again.
  await vi.waitFor(() => expect(server.calls.length).toBe(5), eventually)
  expect(server.calls.filter((call) => call.includes('minute')).length).toBeGreaterThanOrEqual(2)
  expect(server.calls.filter((call) => call.includes('hourly')).length).toBe(2)
  expect(server.openMax()).toBe(1)
})
