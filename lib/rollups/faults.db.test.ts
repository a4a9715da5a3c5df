import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '@/db/client'
import { isDatabaseAway, isRetryable } from '@/db/errors'
import type { Database } from '@/db/client'
import type { Context } from '@/lib/access/scope'
import { makeIngestScope, makeMember, makeOrganization, makeRequest } from '@/lib/testing/factory'
import { Random } from '@/lib/testing/demo/random'
import { useDatabase } from '@/lib/testing/harness'
import type { TestDatabase } from '@/lib/testing/harness'
import {
  findActiveDifferences,
  findDifferences,
  findUnmarkedDifferences,
  offsetMs,
  readEvents,
} from '@/lib/testing/rollup-oracle'
import { keyEvent } from '@/lib/usage/event-key'
import type { ReportedRequest } from '@/lib/usage/request'

/**
 * The seeded simulator: several servers store late and duplicate events, runs roll them up at any time, backends die. Whatever happened,
 * every acknowledged event is there once and every rollup table equals its events, counted by an oracle that shares nothing
 * with the product. The mutants are three ways to get it wrong; each must be caught.
 */
const isFull = process.env.PROVE === '1'
const seedCount = isFull ? 200 : 4
const mutantSeedCount = 40
const firstSeed = Number(process.env.PROVE_SEED ?? 1)

type Product = {
  recordRequests: typeof import('@/lib/usage/commands').recordRequests
  rollUp: typeof import('./commands').rollUp
  countActiveUsers: typeof import('./commands').countActiveUsers
}

type Outcome = { differences: string[]; refusals: number; rounds: number }

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Zones that move by an hour, by half an hour, and not at all; at quarter and half hours from UTC. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Chatham',
  'America/St_Johns',
] as const

/** The newest instant, at least forty days before now, at which the zone's clock moved; any instant where it does not. */
function lastMove(timeZone: string, now: number): number {
  const newest = Math.floor((now - 40 * dayMs) / hourMs) * hourMs
  for (let at = newest; at > newest - 370 * dayMs; at -= hourMs) {
    if (offsetMs(at, timeZone) !== offsetMs(at - hourMs, timeZone)) return at
  }
  return newest
}

/** A request near the instant, or up to ten days from it: hours that many batches touch, and hours that one does. */
function drawRequest(random: Random, aroundMs: number, id: string): ReportedRequest {
  const spanMs = random.pick([3, 36, 240]) * hourMs
  const isShared = random.chance(1 / 4)
  const model = random.pick(['claude-sonnet-4-5', 'claude-haiku-4-5', 'gpt-5.1', 'no-such-model-at-all'])
  return makeRequest({
    tool: isShared ? 'claude-code' : 'api',
    path: isShared ? 'telemetry' : 'api',
    key: { kind: 'id', id },
    occurredAtMs: aroundMs - spanMs + random.below(2 * spanMs),
    claim: random.pick([
      null,
      { namespace: 'email' as const, value: 'known' },
      { namespace: 'email' as const, value: 'nobody@elsewhere.example' },
      { namespace: 'account' as const, value: `account-${random.below(3)}` },
    ]),
    model,
    provider: model.startsWith('claude') ? 'anthropic' : '',
    client: random.pick(['cli', 'ide', '']),
    project: random.pick(['alpha', 'beta', '']),
    language: random.pick(['', 'go']),
    mode: random.pick(['', 'plan']),
    outcome: random.chance(1 / 8) ? 'failed' : 'ok',
    tokens: {
      uncached: random.below(5_000),
      cacheRead: random.below(50_000),
      cacheWrite5m: random.below(1_000),
      cacheWrite1h: random.below(100),
      output: 500 + random.below(2_000),
      reasoning: random.below(500),
    },
    costNanos: random.chance(1 / 2) ? null : BigInt(random.below(1_000_000_000)),
    creditsMicrocredits: random.chance(1 / 3) ? BigInt(random.below(5_000_000)) : null,
  })
}

/** A resend: the same request, for a tool with two paths by its other path and with another time. */
function resend(random: Random, request: ReportedRequest): ReportedRequest {
  if (request.tool === 'api' || random.chance(1 / 3)) return request
  return { ...request, path: 'api', occurredAtMs: request.occurredAtMs + random.below(3 * hourMs) }
}

/** Splits work into batches of one to `sizeMax`. */
function cut<T>(random: Random, items: readonly T[], sizeMax: number): T[][] {
  const batches: T[][] = []
  for (let start = 0; start < items.length;) {
    const size = 1 + random.below(sizeMax)
    batches.push(items.slice(start, start + size))
    start += size
  }
  return batches
}

function shuffle<T>(random: Random, items: T[]): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = random.below(index + 1)
    const [a, b] = [items[index], items[other]]
    if (a !== undefined && b !== undefined) [items[index], items[other]] = [b, a]
  }
  return items
}

/** One seed: plays it out against the product and answers every difference that was ever seen. */
async function simulate(
  seed: number,
  product: Product,
  database: TestDatabase,
  servers: readonly [Database, Database],
): Promise<Outcome> {
  const inspector = clientOf(database.owner)
  const random = new Random(seed)
  const timeZone = zones[seed % zones.length] ?? 'UTC'
  const aroundMs = lastMove(timeZone, Date.now())
  const now = new Date(aroundMs + 35 * dayMs)
  const made = await makeOrganization(database.at(now), { timeZone })
  const organization = { orgId: made.orgId, generation: 1, timeZone }
  const member = await makeMember(database.at(now), made)
  // A member's key and an organization's: two identities of one person, among identities of nobody.
  const keys = [
    await makeIngestScope(database.at(now), made),
    await makeIngestScope(database.at(now), made, member.userId),
  ] as const

  const universe = Array.from({ length: 120 }, (_, index) => {
    const request = drawRequest(random, aroundMs, `request-${seed}-${index}`)
    return {
      key: random.below(2),
      request:
        request.claim?.value === 'known' ? { ...request, claim: { namespace: 'email' as const, value: member.email } } : request,
    }
  })
  const sent = universe.flatMap((each) => [
    each,
    ...Array.from({ length: random.below(3) }, () => ({ key: each.key, request: resend(random, each.request) })),
  ])
  const batches = cut(random, shuffle(random, sent), 40)
  const problems: string[] = []
  const acknowledged = new Set<string>()
  let refusals = 0
  let rounds = 0
  let isWriting = true
  const contextOf = (index: number): Context => ({ db: servers[index % 2] ?? servers[0], now, origin: null })

  const persist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!isDatabaseAway(error) && !isRetryable(error)) throw error
        refusals++
        await sleep(random.below(8))
      }
    }
  }

  const storedCounts = new Map<string, number>()
  const write = async (writer: number) => {
    for (;;) {
      const batch = batches.pop()
      if (!batch) return
      for (const [index, key] of keys.entries()) {
        const requests = batch.filter((each) => each.key === index).map(({ request }) => request)
        if (requests.length === 0) continue
        const verdicts = await persist(() => product.recordRequests({ ...key.scope, ...contextOf(writer) }, requests))
        requests.forEach((request, position) => {
          const { eventId } = keyEvent(made.orgId, request)
          const verdict = verdicts[position]?.status
          if (verdict === 'rejected' || verdict === undefined) problems.push(`${eventId} was refused`)
          if (verdict === 'stored') storedCounts.set(eventId, (storedCounts.get(eventId) ?? 0) + 1)
          acknowledged.add(eventId)
        })
      }
      await sleep(random.below(10))
    }
  }
  const run = async (runner: number) => {
    while (isWriting) {
      await product
        .rollUp(contextOf(runner), { hoursMax: 1 + random.below(30), orgId: made.orgId })
        .then(() => rounds++)
        .catch((error: unknown) => {
          if (!isDatabaseAway(error) && !isRetryable(error)) throw error
          refusals++
        })
      await sleep(random.below(6))
    }
  }
  const kill = async () => {
    while (isWriting) {
      await sleep(20 + random.below(60))
      await inspector.unsafe(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'faults%' order by md5(pid::text || '${random.below(1_000_000)}')
         limit ${1 + random.below(2)}`,
      )
    }
  }
  const watch = async () => {
    while (isWriting) {
      const seen = await findUnmarkedDifferences(inspector, organization)
      problems.push(...seen.map((line) => `while running: ${line}`))
      await sleep(30)
    }
  }
  const others = [run(0), run(1), kill(), watch()]
  try {
    await Promise.all([write(0), write(1), write(2), write(3)])
  } finally {
    isWriting = false
  }
  await Promise.all(others)

  // Drained: two more runs, since a mutant may never come to an end.
  for (let tries = 0; tries < 5; tries++) {
    const { remaining } = await persist(() => product.rollUp(contextOf(0), { hoursMax: 10_000, orgId: made.orgId }))
    if (remaining === 0) break
  }
  await persist(() => product.countActiveUsers(contextOf(1)))

  const events = await readEvents(inspector, made.orgId)
  const found = new Set(events.map(({ eventId }) => eventId))
  if (found.size !== events.length) problems.push(`${events.length - found.size} events are stored twice`)
  for (const eventId of acknowledged) if (!found.has(eventId)) problems.push(`${eventId} was acknowledged and is lost`)
  if (found.size !== universe.length) problems.push(`${found.size} events of ${universe.length} are stored`)
  for (const [eventId, times] of storedCounts) if (times > 1) problems.push(`${eventId} was answered as new ${times} times`)
  problems.push(...(await findDifferences(inspector, organization)))
  problems.push(...(await findActiveDifferences(inspector, made.orgId, now.toISOString().slice(0, 10))))
  return { differences: problems, refusals, rounds }
}

function clientOf(db: Database): Sql {
  if (!db.$client) throw new Error('The owner’s handle is no pool.')
  return db.$client
}

/** The server whose statements wait, before they commit, while somebody holds the lock. */
const heldName = 'held'
const holdLock = 4_711

/** Two servers of the product on one database, and transactions that take long enough to commit out of order. */
function useServers(database: TestDatabase): [Database, Database] {
  const opened = [1, 2].map((server) => openDatabase(database.url, { max: 6, name: `faults_${server}` }))
  beforeAll(async () => {
    const owner = clientOf(database.owner)
    await owner.unsafe(`
      create function linger() returns trigger language plpgsql as $$
      begin
        if current_setting('application_name') = '${heldName}' then perform pg_advisory_xact_lock_shared(${holdLock}); end if;
        if random() < 0.4 then perform pg_sleep(random() * tg_argv[0]::float8); end if;
        return null;
      end $$`)
    // Some batches commit long after others that began later; runs are in no hurry either.
    await owner.unsafe('create trigger linger after insert on usage_events for each statement execute function linger(0.2)')
    await owner.unsafe('create trigger linger after insert on usage_hours for each statement execute function linger(0.05)')
  })
  afterAll(async () => {
    await Promise.all(opened.map(({ close }) => close()))
  })
  const [first, second] = opened
  if (!first || !second) throw new Error('There are two servers.')
  return [first.db, second.db]
}

/**
 * The three interleavings that marks are for: a batch that commits after a later one was counted, a batch that commits during a run, and a batch that
 * commits after the run that took the mark it found.
 */
const interleavings = ['out of order', 'during a run', 'after a run'] as const
type Interleaving = (typeof interleavings)[number]

/** Forces an interleaving and answers every difference that it left. */
async function playForced(interleaving: Interleaving, product: Product, database: TestDatabase): Promise<string[]> {
  const inspector = clientOf(database.owner)
  const now = new Date()
  const made = await makeOrganization(database.at(now))
  const { scope } = await makeIngestScope(database.at(now), made)
  const held = openDatabase(database.url, { max: 2, name: heldName })
  const free: Context = database.at(now)
  const slow: Context = { ...free, db: held.db }
  let eventCount = 0
  const record = async (context: Context, hoursAgo: number) => {
    eventCount++
    const verdicts = await product.recordRequests({ ...scope, ...context }, [
      makeRequest({ occurredAtMs: Math.floor(now.getTime() / hourMs - hoursAgo) * hourMs + eventCount }),
    ])
    expect(verdicts).toEqual([{ status: 'stored' }])
  }
  const run = (context: Context) => product.rollUp(context, { hoursMax: 100, orgId: made.orgId })
  const whileHeld = async (waiting: () => Promise<unknown>, meanwhile: () => Promise<unknown>) => {
    const holder = await inspector.reserve()
    await holder.unsafe(`select pg_advisory_lock(${holdLock})`)
    const late = waiting()
    try {
      for (;;) {
        const [row] = await inspector.unsafe<{ count: number }[]>(
          `select count(*)::int as count from pg_stat_activity
           where datname = current_database() and application_name = '${heldName}' and wait_event_type = 'Lock'`,
        )
        if (row?.count) break
        await sleep(5)
      }
      await meanwhile()
    } finally {
      await holder.unsafe(`select pg_advisory_unlock(${holdLock})`)
      holder.release()
    }
    await late
  }
  try {
    // Each word is known by now, so that what waits is the batch and nothing before it.
    await record(free, 1)
    await record(slow, 1)
    await run(free)
    switch (interleaving) {
      case 'out of order':
        await whileHeld(
          () => record(slow, 10),
          async () => {
            await record(free, 11)
            await run(free)
          },
        )
        break
      case 'during a run':
        await record(free, 10)
        await whileHeld(
          () => run(slow),
          () => record(free, 10),
        )
        break
      case 'after a run':
        await record(free, 10)
        await whileHeld(
          () => record(slow, 10),
          () => run(free),
        )
        break
    }
    await run(free)
    expect(await readEvents(inspector, made.orgId)).toHaveLength(eventCount)
    return await findDifferences(inspector, { orgId: made.orgId, generation: 1, timeZone: 'UTC' })
  } finally {
    await held.close()
  }
}

async function loadProduct(): Promise<Product> {
  const [{ recordRequests }, { rollUp, countActiveUsers }] = await Promise.all([
    import('@/lib/usage/commands'),
    import('./commands'),
  ])
  return { recordRequests, rollUp, countActiveUsers }
}

describe('the rollups', () => {
  const database = useDatabase()
  const servers = useServers(database)

  it.each(interleavings)('equal their events when a batch commits %s', async (interleaving) => {
    expect(await playForced(interleaving, await loadProduct(), database)).toEqual([])
  })

  it(
    `equal their events after every fault, in ${seedCount} seeds`,
    async () => {
      const product = await loadProduct()
      let refusals = 0
      let rounds = 0
      const began = Date.now()
      for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
        const outcome = await simulate(seed, product, database, servers)
        expect({ seed, differences: outcome.differences.slice(0, 10) }).toEqual({ seed, differences: [] })
        refusals += outcome.refusals
        rounds += outcome.rounds
      }
      // The simulator must have hurt: runs were made, and statements died.
      expect(rounds).toBeGreaterThan(seedCount)
      expect(refusals).toBeGreaterThan(seedCount / 4)
      const seconds = ((Date.now() - began) / 1000).toFixed(0)
      console.log(`${seedCount} seeds, ${rounds} runs, ${refusals} statements killed, 0 differences, ${seconds} s`)
    },
    30 * 60_000,
  )
})

/** Ways to roll up that look right and are not. Each is put in place of the product's statements here, and only here. */
const mutants: {
  name: string
  forgets: Interleaving
  statements: () => Promise<object>
  store: () => Promise<object>
  prepare: string[]
}[] = [
  {
    name: 'a watermark on the time of arrival, in place of marks',
    forgets: 'out of order',
    prepare: [
      'alter table usage_events add column ingested_at timestamptz not null default now()',
      'create table watermarks (org_id bigint primary key, at timestamptz not null)',
      'grant select, insert, update on watermarks to outlay_app',
    ],
    statements: async () => ({
      takeMarksSql: `
        with fresh as (
          select date_trunc('hour', occurred_at, 'UTC') as utc_hour, ingested_at from usage_events
          where org_id = $1 and ingested_at > coalesce((select at from watermarks where org_id = $1), '-infinity')
        ),
        moved as (
          insert into watermarks select $1::bigint, max(ingested_at) from fresh having count(*) > 0
          on conflict (org_id) do update set at = excluded.at
        )
        select distinct to_char(utc_hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as utc_hour from fresh`,
    }),
    store: async () => ({}),
  },
  {
    name: 'marks deleted by a second statement, after the count',
    forgets: 'during a run',
    prepare: [],
    statements: async () => {
      const { takeMarksSql, passMarksOnSql } = await vi.importActual<typeof import('./statements')>('./statements')
      return {
        takeMarksSql: takeMarksSql.replace(
          /delete from dirty_hours d using chosen c where (.*?) returning d\.utc_hour/s,
          'select d.utc_hour from dirty_hours d join chosen c on $1',
        ),
        passMarksOnSql: passMarksOnSql.replace(
          'with days as (',
          'with gone as (delete from dirty_hours where org_id = $1 and utc_hour = any ($2::timestamptz[])), days as (',
        ),
      }
    },
    store: async () => ({}),
  },
  {
    name: 'one mark an hour, left as it is when there is one',
    forgets: 'after a run',
    prepare: ['create unique index dirty_hours_unique on dirty_hours (org_id, utc_hour)'],
    statements: async () => ({}),
    store: async () => {
      const { storeEventsSql } = await vi.importActual<typeof import('@/lib/usage/store')>('@/lib/usage/store')
      return {
        storeEventsSql: storeEventsSql.replace(/(insert into dirty_hours[^)]*\)\s+select [^\n]*)/, '$1 on conflict do nothing'),
      }
    },
  },
]

describe.each(mutants)('the mutant with $name', ({ name, forgets, statements, store, prepare }) => {
  const database = useDatabase()
  const servers = useServers(database)

  beforeAll(async () => {
    for (const statement of prepare) await clientOf(database.owner).unsafe(statement)
  })

  afterEach(() => {
    vi.doUnmock('./statements')
    vi.doUnmock('@/lib/usage/store')
    vi.resetModules()
  })

  async function loadMutant(): Promise<Product> {
    vi.resetModules()
    const changed = [await statements(), await store()]
    const original = [await vi.importActual<object>('./statements'), await vi.importActual<object>('@/lib/usage/store')]
    // A mutant that changes nothing would prove nothing.
    const same = changed.flatMap((each, index) =>
      Object.entries(each).filter(([key, text]) => Reflect.get(original[index] ?? {}, key) === text),
    )
    expect(same).toEqual([])
    vi.doMock('./statements', async (importOriginal) => ({ ...(await importOriginal<object>()), ...changed[0] }))
    vi.doMock('@/lib/usage/store', async (importOriginal) => ({ ...(await importOriginal<object>()), ...changed[1] }))
    return loadProduct()
  }

  it('is caught by the interleaving that it forgot', async () => {
    const differences = await playForced(forgets, await loadMutant(), database)
    expect(differences.filter((line) => line.startsWith('usage_hours'))).not.toEqual([])
  })

  it.runIf(isFull)(
    'is caught by seeds, too',
    async () => {
      const mutant = await loadMutant()
      const caught: string[] = []
      for (let seed = 1; seed <= mutantSeedCount; seed++) {
        const { differences } = await simulate(seed, mutant, database, servers)
        // Caught by what it lost: a row of a table that is not what the events say.
        const lost = differences.find((line) => /^(?:while running: )?(?:usage_hours|org_hours|days) [-+] /.test(line))
        if (lost !== undefined) caught.push(`seed ${seed}: ${lost.slice(0, 100)}`)
      }
      expect(caught.length).toBeGreaterThan(0)
      console.log(`${name}: caught in ${caught.length} of ${mutantSeedCount} seeds, first in ${caught[0]}`)
    },
    30 * 60_000,
  )
})
