import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import { migrate } from '@/db/migrate'
import { fillDemo } from '@/lib/testing/demo'
import type { DemoManifest } from '@/lib/testing/demo'
import { organizationSpecs } from '@/lib/testing/demo/organizations'
import { buildOnce } from './next-build'
import { CommandError, createProgress, describeSeconds } from './command'
import type { Command } from './command'
import { findDatabase, loadEnvironmentFile } from './database'
import { startProvider } from './provider'
import type { ProviderAccount } from './provider'
import { getSecrets, writePrivateFile } from './secrets'
import { chosenPort, requireFreePort, startNext, waitUntilHealthy } from './server'

const host = '127.0.0.1'
const clientId = 'outlay-demo'
const manifestFile = join('.data', 'demo.json')
const logFile = join('.data', 'server.log')
const healthSecondsMax = 120

/**
 * The whole product on one machine: a database, the demo's organizations in it, a sign-in provider, the server with its
 * scheduler. Runs until it is asked to stop. As `dev`, the server compiles what it is asked for instead of being built.
 */
export async function runDemo(command: Command, mode: 'start' | 'dev'): Promise<number> {
  loadEnvironmentFile()
  const began = performance.now()
  const progress = createProgress()
  const port = chosenPort()
  const address = `http://localhost:${port}`
  await requireFreePort(port, 'the server')
  await requireFreePort(port + 1, 'the demo’s sign-in provider (the port after PORT)')
  await mkdir('.data', { recursive: true })
  const installSeconds = Number(process.env.OUTLAY_INSTALL_SECONDS ?? 0)
  if (installSeconds > 0) console.log(`  Packages: done in ${describeSeconds(installSeconds)}`)

  const secrets = await getSecrets()
  const database = await progress.step('Database', (say) => findDatabase(command, say))
  if (!database.isEmbedded) await requireOnlyDemo(database.url)
  await progress.step('Migrations', (say) => migrate(database.url, say))
  const manifest = await progress.step('Demo data', (say) =>
    fillDemo({ databaseUrl: database.url, keySecret: secrets.demoKeySecret, onProgress: say }),
  )
  if (mode === 'start') await progress.step('Build', (say) => buildOnce({ stopping: command.stopping, say }))

  const provider = await startProvider({
    port: port + 1,
    accounts: accountsOf(manifest),
    clientId,
    clientSecret: secrets.oidcClientSecret,
    redirectUris: [`${address}/api/auth/callback/oidc`],
  })
  command.onEnd(provider.close)

  // A developer reads what the server says in the terminal.
  const log = mode === 'start' ? { logFile } : {}
  await progress.step('Server', async () => {
    const server = await startNext({
      mode,
      host,
      port,
      ...log,
      env: {
        DATABASE_URL: database.url,
        NEXTAUTH_URL: address,
        NEXTAUTH_SECRET: secrets.nextAuthSecret,
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: clientId,
        OIDC_CLIENT_SECRET: secrets.oidcClientSecret,
        OIDC_NAME: 'the demo provider',
        OPERATOR_EMAILS: manifest.operatorEmail,
        CRON_SECRET: secrets.cronSecret,
        SCHEDULER: 'on',
        HOST: host,
        PORT: String(port),
      },
    })
    command.onEnd(server.stop)
    await waitUntilHealthy(server, { port, secondsMax: healthSecondsMax, ...log, stopping: command.stopping })
    void server.exited.then((code) => {
      if (command.stopping.aborted) return
      console.error(`\nThe server ended by itself (code ${code})${mode === 'start' ? `: see ${logFile}` : ''}.`)
      process.kill(process.pid, 'SIGTERM')
    })
  })

  const about = { address, providerAddress: provider.issuer, ...manifest }
  await writePrivateFile(manifestFile, `${JSON.stringify(about, null, 2)}\n`)
  announce(about, { mode, took: describeSeconds((performance.now() - began) / 1000 + installSeconds) })
  await untilStopped(command.stopping)
  console.log('\nStopping …')
  return 0
}

type About = { address: string; providerAddress: string } & DemoManifest

/** Refuses, before anything is written, a database of somebody's own that is used for real. */
async function requireOnlyDemo(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 5, onnotice: () => {} })
  try {
    const [table] = await sql<{ isThere: boolean }[]>`select to_regclass('public.organizations') is not null as "isThere"`
    if (!table?.isThere) return
    const foreign = await sql<{ slug: string }[]>`
      select slug from organizations where slug <> all(${organizationSpecs.map((spec) => spec.slug)}) order by slug limit 4`
    if (foreign.length === 0) return
    const names = foreign.slice(0, 3).map((row) => row.slug)
    throw new CommandError(
      `The database holds organizations that are not the demo's (${names.join(', ')}${foreign.length > 3 ? ', …' : ''}): ` +
        'set DATABASE_URL to an empty one, or unset it for the embedded one.',
    )
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/** The accounts that the provider offers: everybody whom the demo lists. */
export function accountsOf(manifest: DemoManifest): ProviderAccount[] {
  return manifest.organizations.flatMap((organization) =>
    organization.people.map((person) => ({
      email: person.email,
      name: person.name,
      role: person.role,
      organization: organization.name,
    })),
  )
}

function announce(about: About, { mode, took }: { mode: 'start' | 'dev'; took: string }): void {
  const lines = about.organizations.flatMap((organization) => [
    `  ${organization.name}`,
    ...organization.people.map((person) => `    ${person.role.padEnd(8)} ${person.name} · ${person.email}`),
  ])
  console.log(
    [
      '',
      `Outlay is ready at ${about.address} (after ${took})`,
      '',
      'Sign in as one of these; the demo’s provider asks for no password:',
      ...lines,
      '',
      `For scripts: ${manifestFile}.${mode === 'start' ? ` The server’s log: ${logFile}.` : ''} Ctrl-C stops everything.`,
    ].join('\n'),
  )
}

/** Waits for Ctrl-C, or for the end of whoever started the command. */
export function untilStopped(stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.aborted) return resolve()
    // A pending promise alone would let the process end.
    const awake = setInterval(() => {}, 60_000)
    stopping.addEventListener('abort', () => {
      clearInterval(awake)
      resolve()
    })
  })
}
