import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from '@/db/migrate'
import { parseEnvironment } from '@/lib/env'
import { CommandError, createProgress, runCommand } from './command'
import { findDatabase, loadEnvironmentFile } from './database'
import { requireFreePort, startNext, waitUntilHealthy } from './server'

const healthSecondsMax = 60

/** Production: migrates as the owner, then serves until it is asked to stop. */
await runCommand(async (command) => {
  loadEnvironmentFile()
  if (!existsSync(join('.next', 'BUILD_ID'))) throw new CommandError('There is no build yet: run npm run build first.')
  const progress = createProgress()
  // Everything else is checked before a database is started for nothing.
  parseEnvironment({ ...process.env, DATABASE_URL: process.env.DATABASE_URL || 'postgres://embedded' })
  const database = await findDatabase(command, progress.say)
  const { HOST, PORT, NEXTAUTH_URL } = parseEnvironment({ ...process.env, DATABASE_URL: database.url })
  await requireFreePort(PORT, 'the server')
  await progress.step('Migrations', (say) => migrate(database.url, say))

  const server = await startNext({
    mode: 'start',
    host: HOST,
    port: PORT,
    env: { DATABASE_URL: database.url, HOST, PORT: String(PORT) },
  })
  command.onEnd(server.stop)
  await waitUntilHealthy(server, { port: PORT, secondsMax: healthSecondsMax, stopping: command.stopping })
  console.log(`Outlay serves ${NEXTAUTH_URL} on ${HOST}:${PORT}.`)
  const stopped = new Promise<null>((resolve) => command.stopping.addEventListener('abort', () => resolve(null)))
  return (await Promise.race([server.exited, stopped])) ?? 0
})
