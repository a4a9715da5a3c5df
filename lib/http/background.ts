import { randomBytes } from 'node:crypto'
import { EnvironmentError, ensureCronSecret, env } from '@/lib/env'
import { startScheduler } from './scheduler'

/**
 * What a server does besides answering: checks its environment at once, rather than at somebody's first visit, and calls
 * the cron routes when it is in production or told to.
 */
export function startBackgroundWork(): void {
  ensureCronSecret(randomBytes(32).toString('base64url'))
  try {
    const { CRON_SECRET: cronSecret, ...environment } = env()
    const isOn = (environment.SCHEDULER ?? (environment.NODE_ENV === 'production' ? 'on' : 'off')) === 'on'
    if (!isOn || !cronSecret) return
    const baseUrl = loopbackUrl({ host: environment.HOST, port: environment.PORT })
    startScheduler({ databaseUrl: environment.DATABASE_URL, baseUrl, cronSecret })
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    // A stack trace would bury the one thing that a person needs to read.
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/** How a server that listens on `host` is reached from its own machine. */
export function loopbackUrl(at: { host: string; port: number }): string {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }
  const host = everywhere[at.host] ?? (at.host.includes(':') ? `[${at.host}]` : at.host)
  return `http://${host}:${at.port}`
}
