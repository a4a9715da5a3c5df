import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Sql } from 'postgres'
import { keyScope } from '@/lib/access/scope'
import { findKey } from '@/lib/access/keys'
import type { Context, Scope } from '@/lib/access/scope'
import { rollUp } from '@/lib/rollups/commands'
import { readLogs } from '@/lib/telemetry/read'
import { makeIngestScope, makeOrganization } from '@/lib/testing/factory'
import { makeWireEvent, otlpLogsBody, usageEventsBody } from '@/lib/testing/wire-events'
import type { WireEvent } from '@/lib/testing/wire-events'
import { recordRequests } from '@/lib/usage/commands'
import { readUsageEvents } from '@/lib/usage/input'
import type { ReportedRequest } from '@/lib/usage/request'
import type { Command } from '@/scripts/command'
import { createProgress } from '@/scripts/command'
import { clientOf, describeMachine, makePlace, openPool, serveBuilt } from './place'
import { formatCount, printTable } from './table'

const storedEventCount = 200_000
const sentEventCount = 40_000
const copiedRowCount = 200_000
const people = 400
const days = 60
const chunkBytes = 256 * 1024

type Kind = 'json' | 'otlp'

/** Rows per second of `COPY` into a bare table. */
type CopyRates = { text: number; binary: number }

/** A measurement, and what `COPY` reached right before and after it: on a machine with other work, only neighbors compare. */
type Measured = { name: string; events: number; seconds: number; copy: CopyRates }

/**
 * Events per second into the store and through HTTP, each beside `COPY` of such rows into a bare table in the same run, and the
 * rollup's seconds per million events.
 */
export async function benchIngest(command: Command): Promise<void> {
  const progress = createProgress()
  const place = await progress.step('Database', () => makePlace(command))
  const owner = openPool(command, place.databaseUrl, 2, 'owner')
  const machine = await describeMachine(owner)
  const setUp = openPool(command, place.databaseUrl, 2)
  const context: Context = { db: setUp, now: new Date(), origin: null }
  const organization = await makeOrganization(context, { timeZone: 'America/New_York' })
  const { keyText } = await makeIngestScope(context, organization)
  const measured: Measured[] = []
  let seed = 0

  const scopeOn = async (connections: number) => {
    const db = openPool(command, place.databaseUrl, connections)
    return keyScope({ ...context, db }, await findKey({ ...context, db }, keyText), 'usage:ingest')
  }
  const copy = await progress.step('Rows to copy', async () => {
    const scope = await scopeOn(4)
    const batches = cut(requestsOf('json', makeEvents(++seed, copiedRowCount)), 1_000)
    await spread(batches, 4, (batch) => recordAll(scope, batch, false))
    return prepareCopy(clientOf(owner))
  })
  let last = await copy()
  const measure = async (name: string, events: number, work: () => Promise<number>) => {
    command.stopping.throwIfAborted()
    const seconds = await progress.step(name, work)
    const next = await copy()
    const around = { text: (last.text + next.text) / 2, binary: (last.binary + next.binary) / 2 }
    measured.push({ name, events, seconds, copy: around })
    last = next
  }

  const store = async (name: string, kind: Kind, batchSize: number, connections: number, again = false) => {
    if (!again) seed++
    const batches = cut(requestsOf(kind, makeEvents(seed, storedEventCount)), batchSize)
    const scope = await scopeOn(connections)
    // What a running server knows already: the words, the people, and the statement.
    if (!again) await recordAll(scope, requestsOf(kind, makeEvents(seed + 10_000, 500)), false)
    await measure(name, storedEventCount, () => spread(batches, connections, (batch) => recordAll(scope, batch, again)))
  }
  await store('store, 1,000 a batch, 1 connection', 'json', 1_000, 1)
  await store('store, 1,000 a batch, 4 connections', 'json', 1_000, 4)
  await store('store, 1,000 a batch, 4 connections, sent again', 'json', 1_000, 4, true)
  await store('store, 100 a batch, 8 connections', 'json', 100, 8)
  await store('store, two-path keys, 1,000 a batch, 4 connections', 'otlp', 1_000, 4)

  const [counted] = await clientOf(owner)<{ count: number }[]>`select count(*)::int as count from usage_events`
  const rollup = await progress.step('Rollup of all of them', () => drain({ ...context, now: new Date() }))
  const [cube] = await clientOf(owner)<{ count: number }[]>`select count(*)::int as count from usage_hours`

  const served = await progress.step('Server', (say) => serveBuilt(command, { databaseUrl: place.databaseUrl, say }))
  for (const kind of ['json', 'otlp'] as const) {
    for (const batchSize of [100, 1_000]) {
      const send = (bodies: readonly Body[]) => spread(bodies, 8, (body) => post(served.address, keyText, body))
      // The first requests load the route; a running server has loaded it.
      await send(bodiesOf(kind, makeEvents(++seed, 4_000), batchSize))
      const bodies = bodiesOf(kind, makeEvents(++seed, sentEventCount), batchSize)
      const name = `HTTP ${kind === 'json' ? 'JSON' : 'OTLP protobuf'}, ${formatCount(batchSize)} a request, 8 connections`
      await measure(name, sentEventCount, () => send(bodies))
    }
  }
  await served.stop()

  console.log(`\n  ${machine}\n`)
  printTable(
    ['ingest', 'events', 'events/s', 'COPY text', 'COPY binary', '÷ text', '÷ binary'],
    measured.map(({ name, events, seconds, copy: around }) => [
      name,
      formatCount(events),
      formatCount(events / seconds),
      formatCount(around.text),
      formatCount(around.binary),
      (events / seconds / around.text).toFixed(3),
      (events / seconds / around.binary).toFixed(3),
    ]),
  )
  console.log(
    `\n  COPY: ${formatCount(copiedRowCount)} such rows into a bare table over one connection, right before and after; rows per second.\n`,
  )
  const events = counted?.count ?? 0
  printTable(
    ['rollup', 'events', 'hours', 'rows by hour', 'seconds', 'seconds per million events'],
    [
      [
        'all marked hours',
        formatCount(events),
        formatCount(rollup.hours),
        formatCount(cube?.count ?? 0),
        rollup.seconds.toFixed(1),
        ((rollup.seconds / events) * 1e6).toFixed(2),
      ],
    ],
  )
}

function makeEvents(seed: number, count: number): WireEvent[] {
  const endMs = Math.floor(Date.now() / 3_600_000) * 3_600_000
  return Array.from({ length: count }, (_, index) => makeWireEvent({ seed, index, endMs, days, people }))
}

/** The requests as the doors read them from the wire, so that the store is fed what it is fed in production. */
function requestsOf(kind: Kind, events: readonly WireEvent[]): ReportedRequest[] {
  return cut(events, 1_000).flatMap((batch) =>
    kind === 'json'
      ? readUsageEvents(Buffer.from(usageEventsBody(batch)), 'json').flatMap((read) => ('request' in read ? [read.request] : []))
      : readLogs(otlpLogsBody(batch), 'protobuf').requests,
  )
}

async function recordAll(scope: Scope<'usage:ingest'>, batch: readonly ReportedRequest[], isKnown: boolean): Promise<void> {
  const verdicts = await recordRequests(scope, batch)
  const expected = isKnown ? 'duplicate' : 'stored'
  if (verdicts.some(({ status }) => status !== expected)) throw new Error(`An event was not ${expected}.`)
}

/** Works through the items with so many workers at once; answers the seconds it took. */
async function spread<T>(items: readonly T[], workers: number, work: (item: T) => Promise<void>): Promise<number> {
  const began = performance.now()
  const queue = items.values()
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (const item of queue) await work(item)
    }),
  )
  return (performance.now() - began) / 1000
}

type Body = { path: string; contentType: string; bytes: Uint8Array<ArrayBuffer> }

function bodiesOf(kind: Kind, events: readonly WireEvent[], batchSize: number): Body[] {
  return cut(events, batchSize).map((batch) =>
    kind === 'json'
      ? {
          path: '/api/v1/usage-events',
          contentType: 'application/json',
          bytes: new Uint8Array(Buffer.from(usageEventsBody(batch))),
        }
      : { path: '/api/otlp/v1/logs', contentType: 'application/x-protobuf', bytes: otlpLogsBody(batch) },
  )
}

async function post(address: string, keyText: string, body: Body): Promise<void> {
  const response = await fetch(`${address}${body.path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keyText}`, 'content-type': body.contentType },
    body: body.bytes,
  })
  const answer = Buffer.from(await response.arrayBuffer())
  if (response.status !== 200)
    throw new Error(`${body.path} answered ${response.status}: ${answer.toString('utf8').slice(0, 300)}`)
  // JSON counts what it stored; OTLP answers nothing when everything was taken.
  const isWhole =
    body.contentType === 'application/json'
      ? answer.includes('"rejected":0,') && answer.includes('"duplicates":0,')
      : answer.length === 0
  if (!isWhole) throw new Error(`${body.path} did not store every event: ${answer.toString('utf8').slice(0, 300)}`)
}

/** Reads the stored rows, and answers how to copy them into a table without index, partition or constraint, from memory. */
async function prepareCopy(sql: Sql): Promise<() => Promise<CopyRates>> {
  const read = async (format: string) => {
    const source = await sql.unsafe(`copy (select * from usage_events) to stdout (format ${format})`).readable()
    const chunks: Buffer[] = []
    await new Promise((resolve, reject) => {
      source.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)))
      source.on('end', resolve)
      source.on('error', reject)
    })
    return Buffer.concat(chunks)
  }
  const [text, binary] = [await read('text'), await read('binary')]
  const rate = async (format: string, bytes: Buffer) => {
    await sql`drop table if exists bare`
    await sql`create table bare (like usage_events)`
    const target = await sql.unsafe(`copy bare from stdin (format ${format})`).writable()
    const began = performance.now()
    await pipeline(Readable.from(slices(bytes)), target)
    const seconds = (performance.now() - began) / 1000
    const [row] = await sql<{ count: number }[]>`select count(*)::int as count from bare`
    await sql`drop table bare`
    return (row?.count ?? 0) / seconds
  }
  return async () => ({ text: await rate('text', text), binary: await rate('binary', binary) })
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes)
}

/** Rolls up everything that is marked; answers the hours and how long it took. */
async function drain(context: Context): Promise<{ hours: number; seconds: number }> {
  const began = performance.now()
  let hours = 0
  for (;;) {
    const done = await rollUp(context)
    hours += done.hours
    if (done.remaining === 0) return { hours, seconds: (performance.now() - began) / 1000 }
  }
}

function cut<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
}
