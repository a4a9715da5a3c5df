// The way into every command: works right after a clone, with nothing installed but Node. Installs what is missing,
// then runs scripts/<name>.ts. Plain JavaScript, and old syntax, so that an old Node can still say what it lacks.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.chdir(root)

requireNode({ major: 20, minor: 19 })
requireWritableFolder()
const installedSeconds = installWhenNeeded()
start(process.argv[2], process.argv.slice(3))

function requireNode(least) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > least.major || (major === least.major && minor >= least.minor)) return
  fail(`Outlay needs Node ${least.major}.${least.minor} or later; this is ${process.versions.node}.`)
}

/** Data, builds and packages all land in this folder. A packed server brings them along, and writes nothing. */
function requireWritableFolder() {
  if (process.argv[2] === 'start') return
  const probe = join(root, `.probe-${process.pid}`)
  try {
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (error) {
    if (error.code === 'EROFS') fail(`${root} is on a read-only disk: move the project to one that can be written to.`)
    if (error.code === 'ENOSPC') fail(`The disk of ${root} is full: free some space.`)
    fail(`You may not write to ${root}: change its owner, or move the project.`)
  }
}

/** Installs the packages when there are none, or when the lock file has changed since. Answers how long that took. */
function installWhenNeeded() {
  const lock = join(root, 'package-lock.json')
  const installed = join(root, 'node_modules', '.package-lock.json')
  const stamp = join(root, 'node_modules', '.outlay-install')
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex')
  // A packed server brings along what it needs, and no more.
  if (existsSync(installed) && process.argv[2] === 'start') return 0
  if (existsSync(installed)) {
    // An installation by hand leaves no stamp, but is newer than the lock file that it wrote or read.
    const isStamped = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
    if (isStamped || statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return 0
  }
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    fail('node_modules is a link: installing would empty the folder that it leads to. Remove the link, or install there.')
  }
  const began = Date.now()
  console.log('Installing packages (only the first time, and after an update) …')
  const npm = process.env.npm_execpath
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev']
  // A production environment would leave out what builds and tests need.
  const env = { ...process.env, NODE_ENV: '' }
  const done = npm
    ? spawnSync(process.execPath, [npm, ...args], { stdio: 'inherit', env })
    : spawnSync('npm', args, { stdio: 'inherit', env, shell: process.platform === 'win32' })
  if (done.status !== 0) fail('The packages could not be installed: npm says why above.')
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(stamp, wanted)
  return (Date.now() - began) / 1000
}

/** Runs the command in a process that can read TypeScript, passes signals on, and ends as it ends. */
function start(name, args) {
  const script = join('scripts', `${name}.ts`)
  if (!name || !/^[a-z0-9-]+$/.test(name) || !existsSync(script)) fail(`There is no command ${name || '(none)'}.`)
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=react-server', script, ...args], {
    // The channel closes when this process ends, however it ends; the command then stops, too.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, OUTLAY_INSTALL_SECONDS: String(installedSeconds) },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npm's own death reaches nobody otherwise; started by hand, this may outlive the shell.
  const parent = process.ppid
  const stopWhenAlone = () => process.ppid !== parent && child.kill('SIGTERM')
  if (process.env.npm_lifecycle_event) setInterval(stopWhenAlone, 500).unref()
  child.on('error', (error) => fail(`The command could not be started: ${error.message}.`))
  child.on('exit', (code) => process.exit(code === null ? 1 : code))
}

function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
