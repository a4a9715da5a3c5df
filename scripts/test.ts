import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CommandError, createProgress, runCommand } from './command'
import type { Command } from './command'
import { buildOnce } from './next-build'
import { findFreePorts } from './server'

type Counts = { passed: number; failed: number }

const checkReport = join('.data', 'check.json')
const browserReport = join('.data', 'playwright.json')
const CheckReport = z.object({ passed: z.number(), failed: z.number() })
const BrowserReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  errors: z.array(z.unknown()),
})

/** Everything that must hold: the checks, the build, and browser tests against what was built. The last line sums it up. */
await runCommand(async (command) => {
  const progress = createProgress()
  const counts: Counts[] = []
  await progress.step('Browser', async (say) => ensureChromium(say))

  await progress.step('Check', async () => {
    await rm(checkReport, { force: true })
    const code = await run(command, [join('node_modules', 'tsx', 'dist', 'cli.mjs'), join('scripts', 'check.ts')])
    counts.push(atLeastOneFailure(code, await readCheckReport()))
  })

  const isBuilt = await progress.step('Build', async (say) => {
    try {
      await buildOnce({ stopping: command.stopping, say })
      return true
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      console.error(error.message)
      return false
    }
  })
  counts.push(isBuilt ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })

  // Without a build there is nothing to open in a browser, and the missing tests must not look like passed ones.
  if (isBuilt) {
    await progress.step('Browser tests', async () => {
      await rm(browserReport, { force: true })
      const code = await run(command, [join('node_modules', '@playwright', 'test', 'cli.js'), 'test', ...process.argv.slice(2)], {
        E2E_PORT: String(await findFreePorts()),
      })
      counts.push(atLeastOneFailure(code, await readBrowserReport()))
    })
  }

  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
})

/** A step that ended badly without naming a failed test is a failure itself. */
function atLeastOneFailure(code: number, counts: Counts): Counts {
  return code === 0 ? counts : { ...counts, failed: Math.max(counts.failed, 1) }
}

async function readCheckReport(): Promise<Counts> {
  const report = CheckReport.safeParse(await readJson(checkReport))
  return report.success ? report.data : { passed: 0, failed: 1 }
}

async function readBrowserReport(): Promise<Counts> {
  const report = BrowserReport.safeParse(await readJson(browserReport))
  if (!report.success) return { passed: 0, failed: 1 }
  const { expected, unexpected, flaky } = report.data.stats
  return { passed: expected, failed: unexpected + flaky + report.data.errors.length }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => 'null')
  return JSON.parse(text)
}

function run(command: Command, args: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } })
    command.stopping.addEventListener('abort', () => child.kill('SIGTERM'))
    child.once('error', reject)
    child.once('exit', (code) => (command.stopping.aborted ? reject(new CommandError('Stopped.')) : resolve(code ?? 1)))
  })
}

/** Debian's Chromium as root on Debian, else the one that Playwright downloads. */
async function ensureChromium(say: (line: string) => void): Promise<void> {
  if (existsSync('/usr/bin/chromium')) return
  const isDebian = existsSync('/etc/debian_version') && process.getuid?.() === 0
  if (isDebian && installDebianChromium(say)) return
  say('Installing Playwright’s Chromium')
  const cli = join('node_modules', '@playwright', 'test', 'cli.js')
  const done = spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'inherit' })
  if (done.status !== 0) {
    throw new CommandError('Chromium could not be installed: install the package chromium, and run npm test again.')
  }
}

function installDebianChromium(say: (line: string) => void): boolean {
  say('Installing Chromium from Debian’s packages')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const aptGet = (...args: string[]) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
  if (!aptGet('update', '-q')) return false
  return aptGet('install', '-y', '-q', '--no-install-recommends', 'chromium') && existsSync('/usr/bin/chromium')
}
