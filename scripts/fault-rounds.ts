import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@/db/client'
import type { Database } from '@/db/client'
import { ensureEmbedded } from '@/db/embedded'
import { migrate } from '@/db/migrate'
import { verifyRollups } from '@/lib/rollups/queries'
import { Random } from '@/lib/testing/demo/random'
import { makeIngestScope, makeOrganization, makeRequest } from '@/lib/testing/factory'
import { costNanosOf, makeWireEvent, otlpLogsBody, usageEventsBody } from '@/lib/testing/wire-events'
import type { WireEvent } from '@/lib/testing/wire-events'
import { keyEvent } from '@/lib/usage/event-key'
import { CommandError, createProgress, describeSeconds } from './command'
import type { Command } from './command'
import { buildOnce, nextProgram } from './next-build'
import { findFreePorts } from './server'

/**
 * The fault rounds: connections ingest usage over HTTP, with duplicates and late events, while the cron routes run all along and
 * the server, and the database under it, are killed and started again. A sender sends a batch until it is acknowledged. In the end
 * every acknowledged event is there once, and every rollup equals its events.
 */
const connectionCount = 8
const eventsPerBatch = 100
const freshPerBatch = 70
const healthSecondsMax = 120
const sendTriesMax = 2_000

export type FaultRounds = {
  seed: number
  /** How often the server is killed, and how often the database under it. */
  kills: number
  databaseKills: number
  batchesPerConnection: number
}

/** Plays the rounds against the built product on a database of its own, prints what happened, and answers whether nothing differs. */
export async function playFaultRounds(command: Command, options: FaultRounds): Promise<boolean> {
  const progress = createProgress()
  await progress.step('Build', (say) => buildOnce({ stopping: command.stopping, say }))

  const folder = await mkdtemp(join(tmpdir(), 'outlay-faults-'))
  command.onEnd(() => rm(folder, { recursive: true, force: true }))
  const dataDir = join(folder, 'postgres')
  const server = await prepareServer(command, { folder, dataDir })
  const tenants = await prepareTenants(command, server.databaseUrl)

  const story = await progress.step(`Fault rounds, seed ${options.seed}`, (say) =>
    play(command, { options, server, tenants, say }),
  )
  const problems = await progress.step('Comparing what is stored with what was acknowledged', () =>
    compare(server, tenants, story),
  )
  for (const line of describe(story, problems)) console.log(line)
  return problems.lines.length === 0
}

// The server, which can be killed.

type Server = {
  address: string
  databaseUrl: string
  cronSecret: string
  start: () => Promise<void>
  kill: () => Promise<void>
  killDatabase: () => Promise<void>
}

async function prepareServer(command: Command, at: { folder: string; dataDir: string }): Promise<Server> {
  const embedded = await ensureEmbedded({ dataDir: at.dataDir, port: 0 })
  command.onEnd(embedded.stop)
  await migrate(embedded.url)
  const port = await findFreePorts()
  const address = `http://127.0.0.1:${port}`
  const cronSecret = randomBytes(32).toString('base64url')
  const logFile = join(at.folder, 'server.log')
  const env = {
    ...process.env,
    DATABASE_URL: embedded.url,
    NEXTAUTH_URL: address,
    NEXTAUTH_SECRET: randomBytes(32).toString('base64url'),
    // Nobody signs in here.
    OIDC_ISSUER: address,
    OIDC_CLIENT_ID: 'faults',
    OIDC_CLIENT_SECRET: 'faults',
    CRON_SECRET: cronSecret,
    // The rounds call the cron routes themselves, far more often.
    SCHEDULER: 'off',
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'warn',
    NODE_ENV: 'production' as const,
    NEXT_TELEMETRY_DISABLED: '1',
  }
  let running: ChildProcess | null = null
  const kill = async () => {
    const child = running
    running = null
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    process.kill(-child.pid, 'SIGKILL')
    await ended
  }
  command.onEnd(kill)
  const start = async () => {
    const log = await open(logFile, 'a')
    running = spawn(process.execPath, [nextProgram, 'start', '--hostname', '127.0.0.1', '--port', String(port)], {
      env,
      stdio: ['ignore', log.fd, log.fd],
      // A group of its own, so that the kill reaches whatever it started.
      detached: true,
    })
    await log.close()
    const until = Date.now() + healthSecondsMax * 1000
    while (Date.now() < until) {
      command.stopping.throwIfAborted()
      const isHealthy = await fetch(`${address}/api/health`, { signal: AbortSignal.timeout(5_000) }).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isHealthy) return
      await sleep(100)
    }
    throw new CommandError(`The server did not come up:\n${(await readFile(logFile, 'utf8')).slice(-2_000)}`)
  }
  const killDatabase = async () => {
    const file = await readFile(join(embedded.dataDir, 'cluster', 'postmaster.pid'), 'utf8')
    process.kill(Number(file.split('\n')[0]), 'SIGKILL')
    for (let attempt = 1; ; attempt++) {
      // Its backends end by themselves when they notice; until then the cluster is not free.
      await sleep(300)
      try {
        const again = await ensureEmbedded({ dataDir: at.dataDir, port: Number(new URL(embedded.url).port) })
        command.onEnd(again.stop)
        return
      } catch (error) {
        if (attempt === 50) throw error
      }
    }
  }
  return { address, databaseUrl: embedded.url, cronSecret, start, kill, killDatabase }
}

// Two organizations, in zones that differ, and what their senders send.

type Tenant = { orgId: number; slug: string; keyText: string; timeZone: string }

async function prepareTenants(command: Command, databaseUrl: string): Promise<Tenant[]> {
  const { db, close } = openDatabase(databaseUrl, { max: 2, name: 'outlay faults' })
  command.onEnd(close)
  const context = { db, now: new Date(), origin: null }
  const tenants: Tenant[] = []
  for (const timeZone of ['America/New_York', 'Australia/Lord_Howe']) {
    const made = await makeOrganization(context, { timeZone })
    const { keyText } = await makeIngestScope(context, made)
    tenants.push({ orgId: made.orgId, slug: made.slug, keyText, timeZone })
  }
  return tenants
}

type Batch = { tenant: Tenant; kind: 'json' | 'otlp'; events: WireEvent[] }

/**
 * The batches of one connection: fresh events, events that it sent before, and events that its neighbor sends at about the same time. Half are usage events in
 * JSON, half OTLP logs in protobuf; a third of the events are up to two months late.
 */
function planBatches(options: FaultRounds, tenants: readonly Tenant[], connection: number, endMs: number): Batch[] {
  const random = new Random(options.seed, connection)
  const eventAt = (kind: Batch['kind'], owner: number, index: number) =>
    makeWireEvent({ seed: options.seed * 1000 + owner * 2 + (kind === 'otlp' ? 1 : 0), index, endMs, days: 60, people: 40 })
  const neighbor = (connection + tenants.length) % connectionCount
  return Array.from({ length: options.batchesPerConnection }, (_, number) => {
    const kind = number % 2 === 0 ? 'json' : 'otlp'
    const tenant = tenants[connection % tenants.length]
    if (!tenant) throw new Error('There are tenants.')
    const first = Math.floor(number / 2) * freshPerBatch
    const events = Array.from({ length: eventsPerBatch }, (_, position) => {
      if (position < freshPerBatch) return eventAt(kind, connection, first + position)
      if (position % 2 === 0) return eventAt(kind, connection, random.below(first + freshPerBatch))
      return eventAt(kind, neighbor, random.below(first + freshPerBatch))
    })
    return { tenant, kind, events }
  })
}

// The rounds.

type Story = {
  seconds: number
  sentEvents: number
  acknowledgedBatches: number
  retries: number
  kills: number
  databaseKills: number
  cronRuns: number
  cronRefusals: number
  problems: string[]
  /** What was acknowledged per organization: each event once. */
  acknowledged: Map<Tenant, Map<string, WireEvent>>
  /** How often each event was answered as new; more than once would be twice counted. */
  answeredNew: Map<string, number>
}

async function play(
  command: Command,
  round: { options: FaultRounds; server: Server; tenants: readonly Tenant[]; say: (line: string) => void },
): Promise<Story> {
  const { options, server, tenants, say } = round
  const began = performance.now()
  const endMs = Math.floor(Date.now() / 60_000) * 60_000
  const plans = Array.from({ length: connectionCount }, (_, connection) => planBatches(options, tenants, connection, endMs))
  const batchCount = plans.reduce((sum, batches) => sum + batches.length, 0)
  const story: Story = {
    seconds: 0,
    sentEvents: 0,
    acknowledgedBatches: 0,
    retries: 0,
    kills: 0,
    databaseKills: 0,
    cronRuns: 0,
    cronRefusals: 0,
    problems: [],
    acknowledged: new Map(tenants.map((tenant) => [tenant, new Map<string, WireEvent>()])),
    answeredNew: new Map(),
  }
  await server.start()

  let isSending = true
  const senders = plans.map(async (batches) => {
    for (const batch of batches) {
      command.stopping.throwIfAborted()
      await sendUntilAcknowledged(server, batch, story)
    }
  })
  const crons = [
    repeat(
      () => isSending,
      100,
      () => callCron(server, 'minute', story),
    ),
    repeat(
      () => isSending,
      100,
      () => callCron(server, 'minute', story),
    ),
    repeat(
      () => isSending,
      2_000,
      () => callCron(server, 'hourly', story),
    ),
    repeat(
      () => isSending,
      5_000,
      () => callCron(server, 'daily', story),
    ),
  ]
  const killer = (async () => {
    const faults = [
      ...Array.from({ length: options.kills }, () => 'server' as const),
      ...Array.from({ length: options.databaseKills }, () => 'database' as const),
    ]
    const random = new Random(options.seed, 999)
    const order = faults.map((fault) => ({ fault, at: random.fraction() })).sort((a, b) => a.at - b.at)
    for (const [number, { fault }] of order.entries()) {
      const due = (batchCount * (number + 1)) / (order.length + 1)
      while (isSending && story.acknowledgedBatches < due) await sleep(20)
      if (fault === 'server') {
        await server.kill()
        story.kills++
        say(`kill -9 of the server after ${story.acknowledgedBatches} of ${batchCount} batches`)
        await sleep(200)
        await server.start()
      } else {
        story.databaseKills++
        say(`kill -9 of the database after ${story.acknowledgedBatches} of ${batchCount} batches`)
        await server.killDatabase()
      }
    }
  })()
  await Promise.all([...senders, killer])
  isSending = false
  await Promise.all(crons)

  for (let call = 0; call < 10_000; call++) {
    const left = await callCron(server, 'minute', story)
    if (left === 0) break
    if (call === 9_999) story.problems.push(`${left} hours never came to be counted`)
  }
  await server.kill()
  story.seconds = (performance.now() - began) / 1000
  return story
}

async function repeat(isOn: () => boolean, everyMs: number, work: () => Promise<unknown>): Promise<void> {
  while (isOn()) {
    await work()
    await sleep(everyMs)
  }
}

/** Sends as a tool does: again on a broken connection and on 503, until it is acknowledged. Any other answer is a problem. */
async function sendUntilAcknowledged(server: Server, batch: Batch, story: Story): Promise<void> {
  const path = batch.kind === 'json' ? '/api/v1/usage-events' : '/api/otlp/v1/logs'
  const contentType = batch.kind === 'json' ? 'application/json' : 'application/x-protobuf'
  const body = batch.kind === 'json' ? usageEventsBody(batch.events) : otlpLogsBody(batch.events)
  for (let attempt = 1; attempt <= sendTriesMax; attempt++) {
    story.sentEvents += batch.events.length
    try {
      const response = await fetch(`${server.address}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${batch.tenant.keyText}`, 'content-type': contentType },
        body,
        signal: AbortSignal.timeout(30_000),
      })
      const answer = Buffer.from(await response.arrayBuffer())
      if (response.status === 200) return acknowledge(batch, answer, story)
      if (response.status !== 503) {
        story.problems.push(`${path} answered ${response.status}: ${answer.toString('utf8').slice(0, 200)}`)
        return
      }
    } catch {
      // The server is gone, or went while it answered: whether it stored the batch is not known here.
    }
    story.retries++
    await sleep(50 + Math.random() * 150)
  }
  story.problems.push(`a batch was not acknowledged after ${sendTriesMax} tries`)
}

function acknowledge(batch: Batch, answer: Buffer, story: Story): void {
  story.acknowledgedBatches++
  const acknowledged = story.acknowledged.get(batch.tenant)
  for (const event of batch.events) acknowledged?.set(storedIdOf(batch, event), event)
  if (batch.kind === 'otlp') {
    if (answer.length > 0) story.problems.push(`records were refused: ${answer.toString('utf8').slice(0, 200)}`)
    return
  }
  const { verdicts } = readVerdicts(answer)
  batch.events.forEach((event, index) => {
    const status = verdicts[index]?.status
    if (status !== 'stored' && status !== 'duplicate') story.problems.push(`${event.id} was answered ${status}`)
    if (status === 'stored') {
      const id = storedIdOf(batch, event)
      story.answeredNew.set(id, (story.answeredNew.get(id) ?? 0) + 1)
    }
  })
}

function readVerdicts(answer: Buffer): { verdicts: { status: string }[] } {
  const value: unknown = JSON.parse(answer.toString('utf8'))
  if (typeof value !== 'object' || value === null || !('verdicts' in value) || !Array.isArray(value.verdicts)) {
    throw new Error('The answer holds no verdicts.')
  }
  return { verdicts: value.verdicts.map((verdict: unknown) => ({ status: statusOf(verdict) })) }
}

function statusOf(verdict: unknown): string {
  return typeof verdict === 'object' && verdict !== null && 'status' in verdict ? String(verdict.status) : 'nothing'
}

/** The id under which an event must be stored, by the rule that is forever. */
function storedIdOf(batch: Batch, event: WireEvent): string {
  const tool = batch.kind === 'json' ? 'api' : 'claude-code'
  return keyEvent(batch.tenant.orgId, makeRequest({ tool, key: { kind: 'id', id: event.id } })).eventId
}

/** Calls a cron route; answers how many hours remain marked, or null when it could not run. */
async function callCron(server: Server, name: string, story: Story): Promise<number | null> {
  try {
    const response = await fetch(`${server.address}/api/cron/${name}`, {
      headers: { authorization: `Bearer ${server.cronSecret}` },
      signal: AbortSignal.timeout(120_000),
    })
    const answer: unknown = await response.json()
    if (response.status === 200) {
      story.cronRuns++
      return typeof answer === 'object' && answer !== null && 'remaining' in answer ? Number(answer.remaining) : null
    }
    if (response.status !== 503)
      story.problems.push(`cron ${name} answered ${response.status}: ${JSON.stringify(answer).slice(0, 200)}`)
  } catch {
    // Killed under it: the next call does what this one did not.
  }
  story.cronRefusals++
  return null
}

// What is stored, against what was acknowledged and against the rollups.

type Comparison = {
  lines: string[]
  stored: number
  lost: number
  twice: number
  surplus: number
  rollupRows: number
  rollupDifference: number
}

async function compare(server: Server, tenants: readonly Tenant[], story: Story): Promise<Comparison> {
  const { db, close } = openDatabase(server.databaseUrl, { max: 2, as: 'owner', name: 'outlay faults' })
  const result: Comparison = {
    lines: [...story.problems],
    stored: 0,
    lost: 0,
    twice: 0,
    surplus: 0,
    rollupRows: 0,
    rollupDifference: 0,
  }
  try {
    for (const tenant of tenants) {
      const acknowledged = story.acknowledged.get(tenant) ?? new Map<string, WireEvent>()
      const stored = await readStoredIds(db, tenant)
      const counts = new Map<string, number>()
      for (const id of stored) counts.set(id, (counts.get(id) ?? 0) + 1)
      result.stored += stored.length
      result.lost += [...acknowledged.keys()].filter((id) => !counts.has(id)).length
      result.twice += [...counts.values()].filter((count) => count > 1).length
      result.surplus += [...counts.keys()].filter((id) => !acknowledged.has(id)).length

      const { openHours, differences } = await verifyRollups({ db, now: new Date(), origin: null }, tenant.orgId)
      result.rollupRows += differences.reduce((sum, { rows }) => sum + rows, 0)
      const wrong = differences.filter(({ missing, surplus }) => missing + surplus > 0)
      result.rollupDifference += wrong.reduce((sum, { missing, surplus }) => sum + missing + surplus, 0)
      for (const { table, missing, surplus } of wrong) {
        result.lines.push(`${tenant.slug}: ${table} misses ${missing} rows and has ${surplus} too many`)
      }
      if (openHours > 0) result.lines.push(`${tenant.slug}: ${openHours} hours are still marked`)
      result.lines.push(...(await compareTotals(db, tenant, [...acknowledged.values()])))
    }
    const twiceNew = [...story.answeredNew.values()].filter((count) => count > 1).length
    if (twiceNew > 0) result.lines.push(`${twiceNew} events were answered as new twice`)
    if (result.lost > 0) result.lines.push(`${result.lost} acknowledged events are lost`)
    if (result.twice > 0) result.lines.push(`${result.twice} events are stored twice`)
    if (result.surplus > 0) result.lines.push(`${result.surplus} events are stored that nobody acknowledged`)
    return result
  } finally {
    await close()
  }
}

async function readStoredIds(db: Database, tenant: Tenant): Promise<string[]> {
  const client = db.$client
  if (!client) throw new Error('This handle is a pool.')
  const rows = await client<{ id: string }[]>`select event_id::text as id from usage_events where org_id = ${tenant.orgId}`
  return rows.map(({ id }) => id)
}

/** The figures that a page would show, against sums over what was sent: no statement of the product is between them. */
async function compareTotals(db: Database, tenant: Tenant, events: readonly WireEvent[]): Promise<string[]> {
  const client = db.$client
  if (!client) throw new Error('This handle is a pool.')
  const ok = events.filter(({ isOk }) => isOk)
  const expected = {
    requests: String(ok.length),
    failed: String(events.length - ok.length),
    tokens: String(ok.reduce((sum, event) => sum + event.uncached + event.cacheRead + event.cacheWrite + event.output, 0)),
    nanos: String(ok.reduce((sum, event) => sum + costNanosOf(event), 0n)),
    people: String(new Set(ok.map(({ email }) => email)).size),
  }
  const [found] = await client<(typeof expected)[]>`
    select coalesce(sum(requests), 0)::text as requests, coalesce(sum(failed_requests), 0)::text as failed,
      coalesce(sum(uncached_tokens + cache_read_tokens + cache_write_tokens + output_tokens), 0)::text as tokens,
      coalesce(sum(metered_nanos + estimated_nanos), 0)::text as nanos,
      (select count(distinct identity_id) from day_identities where org_id = ${tenant.orgId} and requests > 0)::text as people
    from days where org_id = ${tenant.orgId}`
  return Object.entries(expected)
    .filter(([name, value]) => Reflect.get(found ?? {}, name) !== value)
    .map(([name, value]) => `${tenant.slug}: ${name} is ${String(Reflect.get(found ?? {}, name))} and should be ${value}`)
}

function describe(story: Story, result: Comparison): string[] {
  const count = (value: number) => value.toLocaleString('en')
  const acknowledged = [...story.acknowledged.values()].reduce((sum, events) => sum + events.size, 0)
  return [
    '',
    `  ${connectionCount} connections, ${describeSeconds(story.seconds)}; server killed (-9) ${story.kills} times, database ${story.databaseKills} times`,
    `  events sent, resends included       ${count(story.sentEvents)}`,
    `  batches acknowledged, sent again    ${count(story.acknowledgedBatches)}, ${count(story.retries)}`,
    `  cron runs, cut short or refused     ${count(story.cronRuns)}, ${count(story.cronRefusals)}`,
    `  different events acknowledged       ${count(acknowledged)}`,
    `  events stored                       ${count(result.stored)}`,
    `  acknowledged and lost               ${count(result.lost)}`,
    `  counted twice                       ${count(result.twice)}`,
    `  rollup rows compared, difference    ${count(result.rollupRows)}, ${count(result.rollupDifference)}`,
    ...(result.lines.length === 0 ? ['  Difference: 0'] : result.lines.map((line) => `  PROBLEM ${line}`)),
  ]
}
