import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EmbeddedDatabaseError, ensureEmbedded, parsePostmasterFile } from './embedded'

describe('postmaster.pid', () => {
  const lines = ['4711', '/data/cluster', '1795172000', '54329', '', '127.0.0.1', '  2163 0', 'ready   ']

  test('says who the server is, where it listens, and that it is ready', () => {
    expect(parsePostmasterFile(`${lines.join('\n')}\n`)).toEqual({ processId: 4711, port: 54329, isReady: true })
  })

  test('of a server that starts or stops is not ready', () => {
    expect(parsePostmasterFile(lines.with(7, 'starting').join('\n'))?.isReady).toBe(false)
    expect(parsePostmasterFile(lines.with(7, 'stopping').join('\n'))?.isReady).toBe(false)
    expect(parsePostmasterFile(lines.slice(0, 6).join('\n'))?.isReady).toBe(false)
  })

  test('that is not fully written, or not one at all, says nothing', () => {
    expect(parsePostmasterFile('')).toBeNull()
    expect(parsePostmasterFile('4711\n/data/cluster\n')).toBeNull()
    expect(parsePostmasterFile('-4711\n/data\n1\n54329\n')).toBeNull()
    expect(parsePostmasterFile('none\n/data\n1\nnone\n')).toBeNull()
  })
})

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

async function makeDataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'outlay-embedded-'))
  folders.push(folder)
  return join(folder, 'postgres')
}

async function ask(url: string): Promise<Record<string, string>> {
  const sql = postgres(url, { max: 1 })
  try {
    const rows = await sql<{ name: string; setting: string }[]>`select name, setting from pg_settings`
    return Object.fromEntries(rows.map((row) => [row.name, row.setting]))
  } finally {
    await sql.end()
  }
}

const isRunning = (dataDir: string) => existsSync(join(dataDir, 'cluster', 'postmaster.pid'))

describe('the embedded database', () => {
  // One cluster for all of them, as in a project's folder: each test leaves it stopped and whole.
  let dataDir = ''
  beforeAll(async () => {
    dataDir = await makeDataDir()
  })

  test('two commands at once make one cluster, start one server, and the last one stops it', async () => {
    const [one, other] = await Promise.all([ensureEmbedded({ dataDir }), ensureEmbedded({ dataDir })])
    expect([one.started, other.started].toSorted()).toEqual([false, true])
    expect(one.url).toBe(other.url)

    await one.stop()
    await one.stop()
    expect(isRunning(dataDir)).toBe(true)
    await other.stop()
    expect(isRunning(dataDir)).toBe(false)
  })

  test('is durable, on loopback only, in UTC and UTF-8, and keeps its password to its owner', async () => {
    const database = await ensureEmbedded({ dataDir, port: 0 })
    try {
      expect(await ask(database.url)).toMatchObject({
        fsync: 'on',
        synchronous_commit: 'on',
        full_page_writes: 'on',
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        TimeZone: 'UTC',
        server_encoding: 'UTF8',
      })
      expect((await stat(join(dataDir, 'state.json'))).mode & 0o777).toBe(0o600)
      const wrong = new URL(database.url)
      wrong.password = 'wrong'
      await expect(ask(wrong.href)).rejects.toThrow(/password authentication failed/)
    } finally {
      await database.stop()
    }
  })

  test('keeps its data and its address from one start to the next', async () => {
    const first = await ensureEmbedded({ dataDir })
    const sql = postgres(first.url, { max: 1 })
    await sql`create table kept as select 42 as answer`
    await sql.end()
    await first.stop()

    const second = await ensureEmbedded({ dataDir })
    const again = postgres(second.url, { max: 1 })
    try {
      expect(second.url).toBe(first.url)
      expect(await again`select answer from kept`).toEqual([{ answer: 42 }])
    } finally {
      await again.end()
      await second.stop()
    }
  })

  test('outlives a command that is killed; the next one finds it, and stops it when done', async () => {
    const program = `
      import { ensureEmbedded } from './db/embedded'
      await ensureEmbedded({ dataDir: process.env.DATA_DIR ?? '' })
      console.log('ready')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      env: { ...process.env, DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))

    const next = await ensureEmbedded({ dataDir })
    expect(next.started).toBe(false)
    await next.stop()
    expect(isRunning(dataDir)).toBe(false)
  })

  test('a lock of a dead command, and files of a start that was cut off, are no obstacle', async () => {
    const dead = spawn(process.execPath, ['--eval', ''])
    await new Promise((resolve) => dead.once('exit', resolve))
    await writeFile(join(dataDir, 'lock'), String(dead.pid))
    // After a restart of the machine the number of the server may be that of any program: here, of this one.
    await writeFile(join(dataDir, 'cluster', 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n1\n\n127.0.0.1\n\nready\n`)

    const database = await ensureEmbedded({ dataDir })
    expect(database.started).toBe(true)
    await database.stop()
    expect((await readdir(dataDir)).toSorted()).toEqual(['cluster', 'holders', 'state.json'])
  })

  test('a port that is in use is a sentence', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    try {
      const attempt = ensureEmbedded({ dataDir, port })
      await expect(attempt).rejects.toThrow(`Port ${port} is in use: name another for the embedded database.`)
    } finally {
      server.close()
    }
  })

  test('a cluster of another version, and a lost password, are sentences', async () => {
    const versionFile = join(dataDir, 'cluster', 'PG_VERSION')
    const version = await readFile(versionFile, 'utf8')
    await writeFile(versionFile, '15\n')
    await expect(ensureEmbedded({ dataDir })).rejects.toThrow(/was made by PostgreSQL 15, this is 18: /)
    await writeFile(versionFile, version)
    const stateFile = join(dataDir, 'state.json')
    const state = await readFile(stateFile, 'utf8')
    await rm(stateFile)
    await expect(ensureEmbedded({ dataDir })).rejects.toThrow(/state\.json, which holds the password .* is missing/)
    await writeFile(stateFile, state, { mode: 0o600 })
  })

  test('a folder that cannot be one is a sentence', async () => {
    const file = join(dataDir, 'state.json')
    await expect(ensureEmbedded({ dataDir: file })).rejects.toThrow(EmbeddedDatabaseError)
    await expect(ensureEmbedded({ dataDir: join(file, 'below') })).rejects.toThrow(/can't be used/)
  })

  test.runIf(process.getuid?.() === 0)('below a folder that only root may enter, the data is kept elsewhere', async () => {
    const closed = await mkdtemp(join('/root', 'outlay-closed-'))
    folders.push(closed)
    await chmod(closed, 0o700)
    const said: string[] = []
    const database = await ensureEmbedded({ dataDir: join(closed, '.data', 'postgres'), onProgress: (line) => said.push(line) })
    folders.push(database.dataDir)
    await database.stop()
    expect(database.dataDir).toMatch(/^\/var\/lib\/outlay-[0-9a-f]{12}$/)
    expect(said[0]).toBe(`The database's user can't enter ${closed}/.data/postgres: the data is kept in ${database.dataDir}.`)
  })
})
