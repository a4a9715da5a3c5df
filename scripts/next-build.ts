import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError } from './command'

/** What a build is made from; tests and the demo's inventions are not in it. */
const sourceFolders = ['app', 'components', 'db', 'lib', 'public']
const sourceFiles = [
  'instrumentation.ts',
  'next.config.ts',
  'package-lock.json',
  'postcss.config.mjs',
  'proxy.ts',
  'tsconfig.json',
]
const stampFile = join('.next', 'outlay-stamp')

/** A file of the sources, with what is in it. */
export type SourceFile = { path: string; content: Uint8Array }

/** Whether a file is built into the product, by its path from the root. */
export function isBuilt(path: string): boolean {
  if (/\.(test|e2e)\.tsx?$/.test(path)) return false
  return !path.startsWith('lib/testing/')
}

/** One name for a state of the sources: another as soon as a file is changed, added, moved or removed. */
export function stampOf(files: readonly SourceFile[]): string {
  const total = createHash('sha256')
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    // Lengths keep apart what would otherwise run together.
    total.update(`${file.path.length} ${file.path} ${file.content.length} `).update(file.content)
  }
  return total.digest('hex')
}

/** Builds the product for production unless the last build was made from the same sources. */
export async function buildOnce(options: { stopping: AbortSignal; say: (line: string) => void }): Promise<{ isNew: boolean }> {
  const stamp = stampOf(await listSources())
  const isFresh = existsSync(join('.next', 'BUILD_ID')) && (await readFile(stampFile, 'utf8').catch(() => '')) === stamp
  if (isFresh) {
    options.say('Nothing has changed since the last build.')
    return { isNew: false }
  }
  await rm(stampFile, { force: true })
  await runNextBuild(options)
  await writeFile(stampFile, stamp)
  return { isNew: true }
}

async function listSources(): Promise<SourceFile[]> {
  const paths: string[] = []
  for (const path of sourceFiles) {
    if (existsSync(path)) paths.push(path)
  }
  for (const folder of sourceFolders) {
    const entries = await readdir(folder, { recursive: true }).catch(() => [])
    for (const entry of entries) paths.push(join(folder, entry).replaceAll('\\', '/'))
  }
  const files: SourceFile[] = []
  for (const path of paths.filter(isBuilt)) {
    if ((await stat(path)).isFile()) files.push({ path, content: await readFile(path) })
  }
  return files
}

function runNextBuild(options: { stopping: AbortSignal; say: (line: string) => void }): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [nextProgram, 'build'], {
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.stopping,
    })
    let output = ''
    const keep = (chunk: Buffer) => {
      output += chunk.toString('utf8')
      for (const line of chunk.toString('utf8').split('\n')) {
        if (/^\s*(Creating|✓|Running|Collecting|Generating|Finalizing)/.test(line)) options.say(line.trim())
      }
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0) return resolve()
      reject(new CommandError(`The build failed:\n${output.trim()}`))
    })
  })
}

/** Next's own command, run by this Node rather than through a shell. */
export const nextProgram = join('node_modules', 'next', 'dist', 'bin', 'next')
