import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import postgres from 'postgres'
import type { Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isDatabaseAway } from './errors'
import { Random } from '@/lib/testing/demo/random'
import { useDatabase } from '@/lib/testing/harness'

/**
 * What `patches/postgres+3.4.9.patch` promises. Published, the driver ends the process when a backend dies inside a transaction
 * (upstream #1066, #1154, #1208), and around it leaves statements unanswered, runs what is left of a dead transaction in somebody
 * else's session, and hands one caller's answer to another.
 */
const database = useDatabase()
const settleMsMax = 15_000
const roundCount = process.env.PROVE === '1' ? 1_000 : 100

const pools: Sql[] = []
const proxies: Proxy[] = []

function openPool(url: string, max: number, options: postgres.Options<Record<string, never>> = {}): Sql {
  const sql = postgres(url, {
    max,
    connect_timeout: 5,
    backoff: () => 0.02,
    onnotice: () => {},
    connection: { application_name: 'driver_test' },
    ...options,
  })
  pools.push(sql)
  return sql
}

/** Fails, naming the work, when it has not settled in time: a statement that is never answered is a bug of its own kind. */
async function settled<T>(name: string, work: Promise<T>): Promise<T> {
  const cancel = new AbortController()
  const late = sleep(settleMsMax, undefined, { signal: cancel.signal }).then(
    () => Promise.reject(new Error(`${name} never settled`)),
    () => Promise.reject(new Error('stopped')),
  )
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    cancel.abort()
  }
}

/** Every connection of the pool can be had at once, each a session of its own: none is lost, none is counted twice. */
async function expectWholePool(sql: Sql): Promise<void> {
  const held = await settled(
    'reserving the whole pool',
    Promise.all(Array.from({ length: sql.options.max }, () => sql.reserve())),
  )
  const sessions = await Promise.all(held.map((one) => one<{ pid: number }[]>`select pg_backend_pid() as pid`))
  expect(new Set(sessions.map(([row]) => row?.pid)).size).toBe(sql.options.max)
  held.forEach((one) => one.release())
  expect(await sql`select 1 as x`).toEqual([{ x: 1 }])
}

type Proxy = {
  url: string
  sockets: Set<Socket>
  /** While true, whoever connects is sent away. */
  isAway: boolean
  /** Called with what the driver sends; answering true keeps it from the server. */
  onSent: (bytes: Buffer, client: Socket) => boolean
  stop: () => Promise<void>
}

/** Stands between driver and server, so that a test can break a connection at an exact place, or as a network breaks it. */
async function startProxy(url: string): Promise<Proxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    if (proxy.isAway) {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const upstream = connect(Number(target.port), target.hostname)
    sockets.add(client)
    client.on('data', (bytes) => proxy.onSent(bytes, client) || upstream.write(bytes))
    upstream.on('data', (bytes) => client.write(bytes))
    for (const socket of [client, upstream]) {
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(client)
        client.destroy()
        upstream.destroy()
      })
    }
  })
  await new Promise<void>((resolveListen) => server.listen(0, '127.0.0.1', resolveListen))
  const through = new URL(url)
  through.port = String(portOf(server.address()))
  const proxy: Proxy = {
    url: through.href,
    sockets,
    isAway: false,
    onSent: () => false,
    stop: () =>
      new Promise((resolveStop) => {
        sockets.forEach((socket) => socket.destroy())
        if (server.listening) server.close(() => resolveStop())
        else resolveStop()
      }),
  }
  proxies.push(proxy)
  return proxy
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return address.port
}

let admin: Sql

beforeAll(async () => {
  admin = postgres(database.url, { max: 2, onnotice: () => {} })
  await admin`create table storm (work int not null, part int not null)`
})

afterEach(async () => {
  await Promise.all(pools.splice(0).map((sql) => settled('closing the pool', sql.end({ timeout: 5 }))))
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()))
})

afterAll(() => admin.end())

const terminate = (pid: number) => admin`select pg_terminate_backend(${pid})`
const sessionOf = async (sql: postgres.ISql): Promise<number> => {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
  if (!row) throw new Error('A session without a process.')
  return row.pid
}

describe('under fire', () => {
  it.each([
    { how: 'backends are terminated', seed: 1 },
    { how: 'connections are reset', seed: 2 },
  ])(
    `when ${'$how'}, in ${roundCount} rounds every promise settles, no transaction is split and the pool stays whole`,
    async ({ seed }) => {
      const random = new Random(seed)
      const proxy = await startProxy(database.url)
      const sql = openPool(proxy.url, 8)
      const acknowledged = new Set<number>()
      const refusals = new Map<string, number>()
      const partCount = 4
      let nextWork = seed * 1_000_000

      const insert = (on: postgres.ISql, work: number, part: number) =>
        on`insert into storm (work, part) values (${work}, ${part})`
      const parts = Array.from({ length: partCount }, (_, part) => part)

      const kinds: ((work: number) => Promise<unknown>)[] = [
        (work) =>
          sql.begin(async (on) => {
            for (const part of parts) await insert(on, work, part)
          }),
        (work) => sql.begin((on) => Promise.all(parts.map((part) => insert(on, work, part)))),
        (work) =>
          sql.begin(async (on) => {
            await insert(on, work, 0)
            await on`select pg_sleep(0.005)`
            await on.savepoint((inner) => Promise.all(parts.slice(1).map((part) => insert(inner, work, part))))
          }),
        // Waiting inside a transaction with nothing in flight is when a death goes unnoticed the longest.
        (work) =>
          sql.begin(async (on) => {
            await insert(on, work, 0)
            await sleep(8)
            await Promise.all(parts.slice(1).map((part) => insert(on, work, part)))
          }),
        async (work) => {
          const held = await sql.reserve()
          try {
            await held`insert into storm (work, part) select ${work}::int, part from generate_series(0, ${partCount - 1}) as part`
            await sleep(3)
            await held`select 1`
          } finally {
            held.release()
          }
        },
        (work) => sql`insert into storm (work, part) select ${work}::int, part from generate_series(0, ${partCount - 1}) as part`,
        async () => {
          const answers = await Promise.all(
            parts.map((part) => sql<{ part: number }[]>`select ${part}::int as part, pg_sleep(0.001)`),
          )
          expect(answers.map(([row]) => row?.part)).toEqual(parts)
        },
        async () => {
          let rowCount = 0
          for await (const rows of sql`select generate_series(1, 50) as x`.cursor(10)) rowCount += rows.length
          expect(rowCount).toBe(50)
        },
      ]

      const doWork = async (kind: number, work: number) => {
        try {
          await kinds[kind]?.(work)
          if (kind < 6) acknowledged.add(work)
        } catch (error) {
          if (!isDatabaseAway(error)) throw error
          const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
          refusals.set(code, (refusals.get(code) ?? 0) + 1)
        }
      }

      for (let round = 0; round < roundCount; round++) {
        const works = Array.from({ length: 12 }, () => doWork(random.below(kinds.length), nextWork++))
        await sleep(random.below(12))
        if (seed === 1) {
          await admin`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'driver_test'
          order by md5(pid::text || ${round}::text) limit ${1 + random.below(4)}`
        } else {
          for (const socket of proxy.sockets) if (random.below(3) === 0) socket.resetAndDestroy()
        }
        await settled(`round ${round}`, Promise.all(works))
      }

      await expectWholePool(sql)
      const stored = await admin<{ work: number; rows: number; parts: number }[]>`
      select work, count(*)::int as rows, count(distinct part)::int as parts from storm
      where work between ${seed * 1_000_000} and ${seed * 1_000_000 + 999_999} group by work`
      expect(stored.filter(({ rows, parts: distinct }) => rows !== partCount || distinct !== partCount)).toEqual([])
      const found = new Set(stored.map(({ work }) => work))
      expect([...acknowledged].filter((work) => !found.has(work))).toEqual([])
      // The storm must have hit: hundreds of statements were refused, and hundreds passed.
      expect([...refusals.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(roundCount / 2)
      expect(acknowledged.size).toBeGreaterThan(roundCount)
    },
    600_000,
  )
})

describe('a dead transaction', () => {
  it('never runs what is left of it in the session that comes after', async () => {
    const sql = openPool(database.url, 1)
    let carryOn = () => {}
    const others = new Promise<void>((resolveOthers) => (carryOn = resolveOthers))
    const leftovers: unknown[] = []
    const dead = sql.begin(async (on) => {
      await terminate(await sessionOf(on))
      await others
      await on`insert into storm (work, part) values (-1, 0)`.catch((error: unknown) => leftovers.push(error))
      await on`commit`.catch((error: unknown) => leftovers.push(error))
    })
    // Waits for the only connection, and so gets the one that is opened in place of the dead one.
    const next = sql.begin(async (on) => {
      await on`insert into storm (work, part) values (-2, 0)`
      carryOn()
      await sleep(50)
      throw new Error('undo')
    })
    await expect(settled('the dead transaction', dead)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    await expect(settled('the next transaction', next)).rejects.toThrow('undo')
    await sleep(20)
    expect(leftovers).toMatchObject([{ code: 'CONNECTION_CLOSED' }, { code: 'CONNECTION_CLOSED' }])
    expect(await admin`select work from storm where work < 0`).toEqual([])
    await expectWholePool(sql)
  })

  it('rejects the statements that still waited for their turn', async () => {
    const sql = openPool(`${database.url}?max_pipeline=2`, 1)
    const statements: Promise<PromiseSettledResult<unknown>[]>[] = []
    const dead = sql.begin(async (on) => {
      const pid = await sessionOf(on)
      statements.push(Promise.allSettled(Array.from({ length: 20 }, () => on`select pg_sleep(5)`)))
      await sleep(20)
      await terminate(pid)
      await sleep(500)
    })
    await expect(settled('the transaction', dead)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    const results = await settled('its statements', Promise.all(statements))
    expect(results.flat().map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'))
    await expectWholePool(sql)
  })

  it('that was reset by the network leaves a connection that can be used again and again', async () => {
    const proxy = await startProxy(database.url)
    const sql = openPool(proxy.url, 1)
    for (let round = 0; round < 5; round++) {
      const dead = sql.begin(async (on) => {
        await on`select 1`
        setTimeout(() => proxy.sockets.forEach((socket) => socket.resetAndDestroy()), 10)
        await on`select pg_sleep(5)`
      })
      const error: unknown = await settled('the transaction', dead).catch((reason: unknown) => reason)
      expect(isDatabaseAway(error)).toBe(true)
      expect(await settled('the first after', sql`select 1 as x`)).toEqual([{ x: 1 }])
      expect(await settled('the second after', sql`select 2 as x`)).toEqual([{ x: 2 }])
    }
  })

  it('tells the next statement nothing of its own death', async () => {
    const sql = openPool(database.url, 1)
    const first = sql`select pg_sleep(5)`.catch((error: unknown) => error)
    await sleep(50)
    await admin`select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and application_name = 'driver_test'`
    expect(await settled('the statement', first)).toMatchObject({ code: 'CONNECTION_CLOSED', cause: { code: '57P01' } })
    expect(await settled('the next', sql`select 1 as x`)).toEqual([{ x: 1 }])
  })
})

describe('a reservation', () => {
  it('of a connection that died gives nothing back when it is released', async () => {
    const sql = openPool(database.url, 1)
    const held = await sql.reserve()
    await terminate(await sessionOf(held))
    // Closed, or reset, when the statement reaches a server that has just let go.
    const error: unknown = await settled('its statement', Promise.resolve(held`select 1`)).catch((reason: unknown) => reason)
    expect(isDatabaseAway(error)).toBe(true)
    // Somebody else has the connection by now; a late release must not hand it to a third.
    const other = await settled('another reservation', sql.reserve())
    held.release()
    const waiting = sql`select 3 as x`
    expect(await other`select 2 as x`).toEqual([{ x: 2 }])
    other.release()
    expect(await settled('the pool', waiting)).toEqual([{ x: 3 }])
    await expectWholePool(sql)
  })

  it('that waits for a connection gets one when that connection dies', async () => {
    const sql = openPool(database.url, 1)
    const first = await sql.reserve()
    const pid = await sessionOf(first)
    const second = sql.reserve()
    await terminate(pid)
    const held = await settled('the waiting reservation', second)
    expect(await held`select 1 as x`).toEqual([{ x: 1 }])
    held.release()
    await expectWholePool(sql)
  })

  it.each([true, false])(
    'is refused while the server is away, and none is lost by it (types fetched: %s)',
    async (fetchTypes) => {
      const proxy = await startProxy(database.url)
      const sql = openPool(proxy.url, 3, { fetch_types: fetchTypes })
      await expectWholePool(sql)
      proxy.isAway = true
      proxy.sockets.forEach((socket) => socket.destroy())
      await sleep(20)
      const results = await settled('reservations', Promise.allSettled(Array.from({ length: 9 }, () => sql.reserve())))
      expect(results.map((result) => result.status === 'rejected' && isDatabaseAway(result.reason))).toEqual(
        Array.from({ length: 9 }, () => true),
      )
      proxy.isAway = false
      await expectWholePool(sql)
    },
  )
})

describe('a pipeline', () => {
  it.each([98, 99, 100, 101])(
    'of %s statements with a transaction at its end leaves no transaction open',
    async (statementCount) => {
      const sql = openPool(database.url, 2)
      const others = await sql.reserve()
      await sql`select 1`
      const statements = Array.from({ length: statementCount }, () => sql`select 1`.execute())
      const transaction = sql.begin((on) => on`insert into storm (work, part) values (0, 0)`)
      await settled('the pipeline', Promise.all([...statements, transaction]))
      await sql`insert into storm (work, part) values (0, 1)`
      // Another session sees it: what was acknowledged is committed.
      expect(await admin`select part from storm where work = 0 order by part`).toEqual([{ part: 0 }, { part: 1 }])
      await admin`delete from storm where work = 0`
      others.release()
    },
  )

  it('gives everybody their own answer when one statement cannot be sent', async () => {
    const sql = openPool(database.url, 1)
    const at = (moment: Date) => sql`select ${moment}::timestamptz as moment`
    await at(new Date(0))
    const results = await settled(
      'the pipeline',
      Promise.allSettled([
        sql`select 1 as x`,
        sql`select 2 as x`,
        at(new Date(Number.NaN)),
        sql`select 3 as x`,
        sql`select 4 as x`,
      ]),
    )
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value[0]?.x : result.reason.name))).toEqual([
      1,
      2,
      'RangeError',
      3,
      4,
    ])
  })
})

describe('a connection', () => {
  it('that dies while it learns the types of the database rejects only those who wait for it', async () => {
    const proxy = await startProxy(database.url)
    let remaining = 2
    proxy.onSent = (bytes, client) => {
      if (remaining === 0 || !bytes.includes('pg_catalog.pg_type')) return false
      remaining -= 1
      if (remaining === 1) client.resetAndDestroy()
      else client.end()
      return true
    }
    const sql = openPool(proxy.url, 1)
    for (const attempt of ['reset', 'closed']) {
      const error: unknown = await settled(
        attempt,
        sql`select 1`.catch((reason: unknown) => reason),
      )
      expect(isDatabaseAway(error)).toBe(true)
    }
    expect(await settled('the next', sql`select array[1, 2] as xs`)).toEqual([{ xs: [1, 2] }])
  })

  it('that is closed before it answered is refused, not tried for ever', async () => {
    const proxy = await startProxy(database.url)
    proxy.onSent = (_, client) => {
      client.end()
      return true
    }
    const sql = openPool(proxy.url, 1)
    const error: unknown = await settled(
      'the statement',
      sql`select 1`.catch((reason: unknown) => reason),
    )
    expect(isDatabaseAway(error)).toBe(true)
  })

  it('that nobody answers is recognized as a database that is away', async () => {
    const proxy = await startProxy(database.url)
    await proxy.stop()
    const sql = openPool(proxy.url, 2)
    const work = [sql`select 1`, sql.begin((on) => on`select 1`), sql`select 2`, sql`select 3`]
    const results = await settled('the statements', Promise.allSettled(work))
    expect(results.map((result) => result.status === 'rejected' && isDatabaseAway(result.reason))).toEqual([
      true,
      true,
      true,
      true,
    ])
    await sql.end()
    const error: unknown = await sql`select 1`.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CONNECTION_ENDED' })
    expect(isDatabaseAway(error)).toBe(true)
  })

  it('that dies while its pool is being closed does not keep it open', async () => {
    const sql = openPool(database.url, 1)
    const statement = sql`select pg_sleep(5)`.catch((error: unknown) => error)
    await sleep(50)
    const end = sql.end()
    await sleep(20)
    await admin`select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and application_name = 'driver_test'`
    await settled('closing', Promise.all([end, statement]))
  })
})

describe('a stream of rows', () => {
  it('that is cut off between two batches fails instead of ending', async () => {
    const sql = openPool(database.url, 1)
    let rowCount = 0
    const read = async () => {
      for await (const rows of sql`select x, pg_backend_pid() as pid from generate_series(1, 100) as x`.cursor(10)) {
        rowCount += rows.length
        await terminate(rows[0]?.pid)
        await sleep(50)
      }
    }
    await expect(settled('reading', read())).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(rowCount).toBe(10)
    await expectWholePool(sql)
  })

  it('that the server refuses at its end says so', async () => {
    const sql = openPool(database.url, 1)
    const into = await sql`copy storm (work, part) from stdin`.writable()
    const fill = pipeline(async function* () {
      yield Buffer.from('1\t2\n1\tnot a number\n')
    }, into)
    await expect(settled('the copy', fill)).rejects.toMatchObject({ code: '22P02' })
    await expectWholePool(sql)
  })

  it('that is cut off on its way in says so', async () => {
    const sql = openPool(database.url, 1)
    const into = await sql`copy storm (work, part) from stdin`.writable()
    expect(into).toBeInstanceOf(Writable)
    const fill = pipeline(async function* () {
      yield Buffer.from('1\t2\n')
      await admin`select pg_terminate_backend(pid) from pg_stat_activity
                  where datname = current_database() and application_name = 'driver_test'`
      await sleep(50)
      yield Buffer.from('1\t3\n')
    }, into)
    const error: unknown = await settled('the copy', fill).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    await expectWholePool(sql)
    expect(await admin`select 1 from storm where work = 1`).toEqual([])
  })
})

/** Mutants: without the patch the same steps end the process, so the tests above hold something. */
describe('the patch', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outlay-driver-'))
    await cp(resolve('node_modules/postgres'), join(folder, 'node_modules/postgres'), { recursive: true })
    await cp(resolve('patches'), join(folder, 'patches'), { recursive: true })
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'unpatched', version: '1.0.0', dependencies: { postgres: '3.4.9' } }),
    )
    const reversed = await run([resolve('node_modules/patch-package/index.js'), '--reverse'], folder)
    expect(reversed).toMatchObject({ status: 0 })
    await writeFile(join(folder, 'victim.mjs'), victim)
  }, 60_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  const builds = [
    { build: 'esm', path: 'node_modules/postgres/src/index.js' },
    { build: 'cjs', path: 'node_modules/postgres/cjs/src/index.js' },
  ]

  it.each(builds)('is what keeps the process alive ($build): published, the driver ends it', async ({ path }) => {
    const published = await run(['victim.mjs', pathToFileURL(join(folder, path)).href, database.url], folder)
    expect(published.status).toBe(1)
    expect(published.output).toContain("Cannot read properties of null (reading 'write')")
  })

  it.each(builds)('is in the copy that is installed here ($build)', async ({ path }) => {
    const patched = await run(['victim.mjs', pathToFileURL(resolve(path)).href, database.url], folder)
    expect(patched).toEqual({ status: 0, output: 'refused: CONNECTION_CLOSED\nworks again\n' })
  })

  const victim = `
    const [, , driver, url] = process.argv
    const { default: postgres } = await import(driver)
    const sql = postgres(url, { max: 2, onnotice() {}, connection: { application_name: 'driver_victim' } })
    const killer = postgres(url, { max: 1, onnotice() {} })
    const transaction = sql.begin(async (on) => {
      const [{ pid }] = await on\`select pg_backend_pid() as pid\`
      setTimeout(() => killer\`select pg_terminate_backend(\${pid})\`.execute(), 20)
      await on\`select pg_sleep(5)\`
    })
    await transaction.catch((error) => console.log('refused: ' + error.code))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await Promise.all(Array.from({ length: 8 }, () => sql\`select 1\`))
    console.log('works again')
    await Promise.all([sql.end(), killer.end()])
  `
})

function run(args: string[], cwd: string): Promise<{ status: number | null; output: string }> {
  return new Promise((resolveRun, reject) => {
    const child = spawn(process.execPath, args, { cwd, timeout: 30_000, env: { ...process.env, NODE_OPTIONS: '' } })
    let output = ''
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()))
    child.on('error', reject)
    child.on('close', (status) => resolveRun({ status, output }))
  })
}
