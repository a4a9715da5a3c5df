import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { open, readFile, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { nextProgram } from './next-build'
import { CommandError } from './command'

const stopSecondsMax = 10
const logLinesShown = 30
const logBytesMax = 10 * 1024 * 1024
const portTriesMax = 20

/** Says in one sentence that a port is taken, on either of loopback's addresses: a browser may try both. */
export async function requireFreePort(port: number, purpose: string): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await tryListen(host, port)
    if (code === null || code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') continue
    if (code === 'EADDRINUSE') {
      throw new CommandError(`Port ${port}, which ${purpose} needs, is in use: stop what listens there, or set another PORT.`)
    }
    if (code === 'EACCES') throw new CommandError(`You may not listen on port ${port}: set PORT to one above 1023.`)
    throw new CommandError(`Port ${port} can't be used for ${purpose} (${code}): set another PORT.`)
  }
}

/** A port on loopback that is free now, and so is the next one: for a server and its sign-in provider. */
export async function findFreePorts(): Promise<number> {
  for (let attempt = 0; attempt < portTriesMax; attempt += 1) {
    const port = await findFreePort()
    if (port < 65_535 && (await tryListen('127.0.0.1', port + 1)) === null) return port
  }
  throw new CommandError('There are no two free ports side by side on 127.0.0.1.')
}

async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** The port that PORT names, else the usual one. */
export function chosenPort(): number {
  const text = process.env.PORT || '3000'
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_534) return port
  throw new CommandError(`PORT must be a whole number from 1 to 65534, not ${text}.`)
}

export type RunningServer = {
  /** Settles when the server's process has ended, with its exit code. */
  exited: Promise<number>
  stop: () => Promise<void>
}

/** Starts Next in a process of its own. With `logFile` its output goes there, else to this terminal. */
export async function startNext(options: {
  mode: 'start' | 'dev'
  host: string
  port: number
  env: Record<string, string>
  logFile?: string
}): Promise<RunningServer> {
  const log = options.logFile ? await openLog(options.logFile) : null
  const output = log ? log.fd : ('inherit' as const)
  const child = spawn(
    process.execPath,
    [
      '--import',
      './scripts/end-with-parent.mjs',
      nextProgram,
      options.mode,
      '--hostname',
      options.host,
      '--port',
      String(options.port),
    ],
    {
      env: {
        ...process.env,
        ...options.env,
        NODE_ENV: options.mode === 'start' ? 'production' : 'development',
        NEXT_TELEMETRY_DISABLED: '1',
        OUTLAY_COMMAND_PID: String(process.pid),
      },
      stdio: ['ignore', output, output, 'ipc'],
      // Ctrl-C reaches the whole group of the terminal; the server ends when we say so, before its database does.
      detached: process.platform !== 'win32',
    },
  )
  const exited = new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('exit', (code) => resolve(code ?? 1))
  })
  return {
    exited,
    stop: async () => {
      signal(child, 'SIGTERM')
      const isOut = await Promise.race([exited.then(() => true), sleep(stopSecondsMax * 1000, false, { ref: false })])
      if (!isOut) signal(child, 'SIGKILL')
      await exited
      await log?.close()
    },
  }
}

/** Goes on with the log of earlier starts until it is long. */
async function openLog(path: string): Promise<FileHandle> {
  const bytes = await stat(path).then(
    (info) => info.size,
    () => 0,
  )
  return open(path, bytes > logBytesMax ? 'w' : 'a')
}

/** Waits until the server says that it and its database are well; a server that ends before is a failure with its last words. */
export async function waitUntilHealthy(
  server: RunningServer,
  at: { port: number; secondsMax: number; logFile?: string; stopping: AbortSignal },
): Promise<void> {
  let exitCode: number | null = null
  void server.exited.then((code) => (exitCode = code))
  const until = Date.now() + at.secondsMax * 1000
  let last = 'no answer'
  while (Date.now() < until && exitCode === null) {
    at.stopping.throwIfAborted()
    try {
      const response = await fetch(`http://127.0.0.1:${at.port}/api/health`, { signal: AbortSignal.timeout(10_000) })
      if (response.ok) return
      last = `status ${response.status}`
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    await sleep(100)
  }
  const reason = exitCode === null ? `is not healthy after ${at.secondsMax} s (${last})` : `ended with code ${exitCode}`
  throw new CommandError(`The server ${reason}.${at.logFile ? `\n${await lastLines(at.logFile)}` : ''}`)
}

async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-logLinesShown).join('\n')
}

function tryListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

/** To the server and whatever it started: it leads a group of its own. */
function signal(child: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    if (process.platform === 'win32') child.kill(name)
    else process.kill(-child.pid, name)
  } catch {
    // It has just ended by itself.
  }
}
