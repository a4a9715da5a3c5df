import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { runCommand } from './command'

/** The long laws: the same tests as in `npm run check`, with seeds and rounds in full counts. */
await runCommand(async (command) => {
  const child = spawn(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)], {
    env: { ...process.env, PROVE: '1' },
    stdio: 'inherit',
  })
  command.stopping.addEventListener('abort', () => child.kill('SIGTERM'))
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
})
