import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ensureEmbedded } from '@/db/embedded'
import { migrate } from '@/db/migrate'
import { fillDemo } from '@/lib/testing/demo'
import { createProgress, runCommand } from './command'
import { accountsOf, untilStopped } from './demonstration'
import { startProvider } from './provider'
import { writePrivateFile } from './secrets'
import { startNext, waitUntilHealthy } from './server'

const clientId = 'outlay-e2e'
const healthSecondsMax = 60

/**
 * What the browser tests run against: the built product with a database, demo data and a provider of its own, all gone
 * afterwards. `E2E_PORT` and the port after it are taken; `E2E_MANIFEST` names the file that says who can sign in.
 */
await runCommand(async (command) => {
  const port = Number(process.env.E2E_PORT)
  const manifestFile = process.env.E2E_MANIFEST
  if (!Number.isInteger(port) || port <= 0 || !manifestFile) throw new Error('Playwright starts this: see playwright.config.ts.')
  const progress = createProgress()
  const address = `http://localhost:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'outlay-e2e-'))
  command.onEnd(() => rm(folder, { recursive: true, force: true }))

  const database = await ensureEmbedded({ dataDir: join(folder, 'postgres'), port: 0 })
  command.onEnd(database.stop)
  await migrate(database.url)
  const manifest = await progress.step('Demo data for the browser tests', () =>
    fillDemo({ databaseUrl: database.url, keySecret: randomBytes(32).toString('base64url'), size: 'small' }),
  )

  const clientSecret = randomBytes(32).toString('base64url')
  const cronSecret = randomBytes(32).toString('base64url')
  const provider = await startProvider({
    port: port + 1,
    accounts: [...accountsOf(manifest), { email: 'stranger@nowhere.example', name: 'Sam Stranger', role: 'Stranger' }],
    clientId,
    clientSecret,
    redirectUris: [`${address}/api/auth/callback/oidc`],
  })
  command.onEnd(provider.close)

  await mkdir(dirname(manifestFile), { recursive: true })
  const about = { address, providerAddress: provider.issuer, databaseUrl: database.url, cronSecret, ...manifest }
  await writePrivateFile(manifestFile, `${JSON.stringify(about, null, 2)}\n`)

  const server = await startNext({
    mode: 'start',
    host: '127.0.0.1',
    port,
    env: {
      DATABASE_URL: database.url,
      NEXTAUTH_URL: address,
      NEXTAUTH_SECRET: randomBytes(32).toString('base64url'),
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: clientSecret,
      OIDC_NAME: 'the test provider',
      OPERATOR_EMAILS: manifest.operatorEmail,
      CRON_SECRET: cronSecret,
      SCHEDULER: 'on',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'warn',
    },
  })
  command.onEnd(server.stop)
  await waitUntilHealthy(server, { port, secondsMax: healthSecondsMax, stopping: command.stopping })
  await untilStopped(command.stopping)
})
